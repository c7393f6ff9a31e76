"""``python -m model_monitor_cli``: the same as the console script `model-monitor`."""

from model_monitor_cli.app import main

if __name__ == "__main__":
    main()
