"""Values as text, to the letter as the JVM libraries of the service's image write them."""
