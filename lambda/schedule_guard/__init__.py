"""The custom resource that lets a schedule be changed or deleted (`Custom::MonitoringScheduleGuard`)."""
