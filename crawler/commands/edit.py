"""`scrapy edit PORTAL`: its file, in one's editor."""

import argparse
import shlex
import subprocess

from scrapy.commands import edit

from crawler.commands.without_archive import refuse
from crawler.portals.portal_file import PortalFileError, find


class EditCommand(edit.Command):
    """Opens the portal file."""

    def syntax(self) -> str:
        """The arguments of the command, for its help."""
        return "<portal>"

    def short_desc(self) -> str:
        """The purpose of the command, for its help."""
        return "Edit a portal's file"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Open the file."""
        assert self.settings is not None  # noqa: S101 - set by Scrapy
        if len(args) != 1:
            refuse("name one portal")
        try:
            file = find(args[0])
        except PortalFileError as error:
            refuse(str(error))
        try:
            self.exitcode = subprocess.call([*shlex.split(self.settings["EDITOR"]), str(file)])  # noqa: S603 - the user's editor
        except OSError:
            refuse(f"{self.settings['EDITOR']} can't be started: set EDITOR")
