"""The `attain` command: its commands together, and every mistake as a sentence."""

from __future__ import annotations

import gc
import os
import sys

import click

from pipelines import __version__
from pipelines.cli.appeal import appeal
from pipelines.cli.commission import close, simulate, verify
from pipelines.cli.delivery import readers, send, serve, statement_of_account
from pipelines.cli.explain import explain, mcp, verify_receipt
from pipelines.cli.exports import check, preset, quarantine
from pipelines.cli.faults import sentence_of
from pipelines.cli.forms import forms
from pipelines.cli.run import run, status
from pipelines.cli.ui import ui
from pipelines.cli.workspace import calendar, engine_check, forget, init, sample
from pipelines.errors import UserError

# A command's objects live as long as the command: libraries that make classes by the thousand are a
# sixth slower to load when Python looks for circles among them after every 700 objects.
_OBJECTS_BETWEEN_COLLECTIONS = 100_000

COMMANDS = (
    appeal, calendar, check, close, engine_check, explain, forget, forms, init, mcp, preset,
    quarantine, readers, run, sample, send, serve, simulate, statement_of_account, status, ui,
    verify, verify_receipt,
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="attain")
def cli() -> None:
    """Sales KPIs, receivables, commission and appraisal from a company's own exports.

    Exit codes: 0 done; 1 a check blocked something (the last lines say what and why); 2 wrong
    usage or configuration.
    """


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Entry point: a user's mistake is one sentence, never a traceback."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        cli.main(standalone_mode=False)
    except UserError as error:
        click.echo(error.message, err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("Stopped. The last reports are whole; run again to go on.", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        click.echo(sentence, err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
