using System.CommandLine;

namespace DbVc.Commands;

/// <summary>Prints the script that teaches a shell to complete db-vc's commands, options and values.</summary>
internal static class CompletionCommand
{
    // The parser answers "[suggest:POSITION] LINE" with one candidate per line.
    private const string Bash = """
        _db_vc() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(db-vc "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _db_vc db-vc

        """;

    private const string Zsh = """
        #compdef db-vc
        _db_vc() {
            local -a candidates
            candidates=("${(@f)$(db-vc "[suggest:$((${#BUFFER}))]" "$BUFFER" 2>/dev/null)}")
            compadd -a candidates || _files
        }
        compdef _db_vc db-vc

        """;

    private const string Fish = """
        complete -c db-vc -a '(db-vc "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2>/dev/null)'

        """;

    public static Verb Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return new Verb("completion", "Print a completion script for a shell.",
            "db-vc completion bash >~/.local/share/bash-completion/completions/db-vc",
            "db-vc completion zsh >~/.zfunc/_db-vc",
            "db-vc completion fish >~/.config/fish/completions/db-vc.fish")
        {
            shell,
        }.Answers<CompletionDocument>().Runs(context => Run(context, context.Get(shell)!));
    }

    private static int Run(CommandContext context, string shell)
    {
        var script = shell switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
        context.Output.Result(script, new CompletionDocument(shell, script));
        return 0;
    }
}
