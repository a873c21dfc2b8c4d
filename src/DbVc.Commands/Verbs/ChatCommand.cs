using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Answers in plain words, and does on a yes what it showed.</summary>
internal static class ChatCommand
{
    private const string Prompt = "› ";
    private const string Ending = "exit";
    private const string YesFlag = "--yes";

    /// <summary>A repository in which others are at work moves; somebody who said yes beforehand did not say it for ever.</summary>
    private const int MostShowings = 3;

    private static readonly string[] s_ends = [Ending, "quit", "bye", "q", ":q"];

    public static Verb Create()
    {
        var words = new Argument<string[]>("SENTENCE")
        {
            Description = "What you want to know, or to have done; without it you are asked for one after the other.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var model = new Option<string?>("--model")
        {
            Description = "Who answers what the grammar does not know; otherwise the configured model.",
            HelpName = "MODEL"
        };
        var yes = new Option<bool>(YesFlag, "-y") { Description = "Do what would change something without asking." };
        return new Verb("chat", "Ask about history, change metadata and start work in plain words; acts are shown first.",
            "db-vc chat", "db-vc chat \"who changed email of customers 42 and why\"", "db-vc chat merge fix-ages --yes") { words, model, yes }
            .Answers<ChatDocument>().Runs(context => RunAsync(context, string.Join(' ', context.Get(words) ?? []), context.Get(model), context.Get(yes)));
    }

    private static async Task<int> RunAsync(CommandContext context, string sentence, string? model, bool yes)
    {
        var chat = new Chat(context, model, yes);
        if (sentence.Trim().Length > 0) return await chat.AnswerAsync(sentence).ConfigureAwait(false);
        if (context.Output.IsJson)
            throw new DbVcException(FailureKind.Usage, "usage", "With --json there is one sentence and one document.", hint: "db-vc chat \"SENTENCE\" --json");
        Session.Open(context).Dispose();
        if (context.Output.CanAsk) context.Output.Line("Ask in plain words. ", Piece.Dim($"'help' lists what I know; '{Ending}' or Ctrl-D ends."));
        return await chat.TalkAsync().ConfigureAwait(false);
    }

    /// <summary>One conversation. Each sentence finds the repository as it is then.</summary>
    private sealed class Chat(CommandContext context, string? model, bool yes)
    {
        private readonly Conversation _talk = new(Directory.GetCurrentDirectory());

        private Output Output => context.Output;

        /// <summary>Sentence after sentence to the end of input; the exit code is that of the first that was not answered.</summary>
        public async Task<int> TalkAsync()
        {
            var code = 0;
            while (await ReadAsync().ConfigureAwait(false) is { } line)
            {
                if (line.Trim().Length == 0) continue;
                if (s_ends.Contains(line.Trim().ToLowerInvariant())) break;
                int said;
                try
                {
                    said = await AnswerAsync(line).ConfigureAwait(false);
                }
                catch (DbVcException failure)
                {
                    said = FailureReport.Write(failure, Output, interrupted: false);
                }

                if (code == 0 && !Output.CanAsk) code = said;
            }

            if (Output.CanAsk) Output.Line();
            return code;
        }

        private Task<string?> ReadAsync() => Output.CanAsk ? Output.AskAsync(Prompt, context.Interrupted) : Output.ReadAsync(context.Interrupted);

        public async Task<int> AnswerAsync(string sentence)
        {
            var progress = new AgentProgress(new PlainProgress(Output, TimeProvider.System), context.Interrupted);
            var reply = With(workspace => workspace.Chat.Ask(sentence, _talk, progress, context.Interrupted, model));
            for (var shown = 1; ; shown++)
            {
                ChatView.Write(Output, reply, isCarried: shown > 1);
                if (reply.Kind != ChatKind.Proposal || (yes && shown > MostShowings) || !await IsWantedAsync(reply).ConfigureAwait(false)) break;
                var proposal = reply;
                reply = await Output.WithProgressAsync(view => Task.FromResult(With(workspace =>
                    workspace.Chat.Carry(proposal, _talk, new AgentProgress(view, context.Interrupted), context.Interrupted)))).ConfigureAwait(false);
            }

            Output.Json(reply.ToJson());
            return reply.Kind == ChatKind.Proposal && yes ? (int)FailureKind.Locked : (int?)reply.Failure ?? 0;
        }

        private async Task<bool> IsWantedAsync(ChatReply proposal)
        {
            if (proposal.Model is { } proposer) Output.Line(Piece.Warning($"{proposer} proposes this."), Piece.Dim(" It is done only if you say so."));
            if (proposal.CommandLine is { } command) Output.Line(Piece.Dim("This runs: "), Piece.Strong(command));
            if (yes) return true;
            if (!Output.CanAsk)
            {
                Output.Json(proposal.ToJson());
                throw new DbVcException(FailureKind.Usage, "input.no-terminal", "Nothing was changed: nobody can be asked here.",
                    hint: $"Say yes beforehand with {YesFlag}.");
            }

            while (true)
            {
                var answer = await Output.AskAsync(proposal.Document is null ? "Do it? [y/N]: " : "Do it? [y/N, or show]: ",
                    context.Interrupted).ConfigureAwait(false);
                switch (answer?.Trim().ToLowerInvariant())
                {
                    case "y" or "yes":
                        return true;
                    case "show" or "s" when proposal.Document is { } document:
                        Output.Block(document);
                        break;
                    default:
                        Output.Line(Piece.Dim("Nothing was changed."));
                        return false;
                }
            }
        }

        private ChatReply With(Func<Workspace, ChatReply> ask)
        {
            using var workspace = Session.Open(context);
            return ask(workspace);
        }
    }
}
