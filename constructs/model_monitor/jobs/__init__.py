"""How jobs run: machines, network, images, schedules, scripts."""
