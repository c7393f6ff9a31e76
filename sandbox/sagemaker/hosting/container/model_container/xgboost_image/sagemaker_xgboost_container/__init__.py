"""Stands for the XGBoost image's own package, of which scripts import `encoder`."""
