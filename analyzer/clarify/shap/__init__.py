"""Explainability: what every feature adds to the predictions, by Kernel SHAP."""
