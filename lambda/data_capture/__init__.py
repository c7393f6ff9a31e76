"""The custom resource that turns data capture of an endpoint on (`Custom::EndpointDataCapture`)."""
