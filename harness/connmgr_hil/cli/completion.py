"""`cmhil completion`: completion for the user's shell."""

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that makes a shell complete commands, options, targets and scenarios.

    \b
    bash, in ~/.bashrc:    eval "$(cmhil completion bash)"
    zsh, in ~/.zshrc:      eval "$(cmhil completion zsh)"
    fish:                  cmhil completion fish > ~/.config/fish/completions/cmhil.fish
    """
    from click.shell_completion import get_completion_class

    from .main import cmhil

    kind = get_completion_class(shell)
    assert kind is not None, "click knows the three shells above"
    # The script calls cmhil again with this variable set; click then answers by itself.
    click.echo(kind(cmhil, {}, "cmhil", "_CMHIL_COMPLETE").source())
