"""``python -m bot`` is ``evals-bot``."""

from bot.cli import main

if __name__ == "__main__":
    main(prog_name="evals-bot")
