using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Lists, shows and decides conflicts of merges in progress.</summary>
internal static class ConflictsCommand
{
    private const int PageSize = 100;
    private const string Proposal = "proposal";

    public static Verb Create() => new("conflicts", "See and decide what a merge could not decide alone.") { List(), Show(), Propose(), Resolve() };

    private static Verb List()
    {
        var merge = new Argument<string?>("MERGE") { Description = "The merge in progress, if there are several.", Arity = ArgumentArity.ZeroOrOne };
        var after = new Option<string?>("--after") { Description = "Go on behind this conflict.", HelpName = "ID" };
        var limit = new Option<int>("--limit", "-n") { Description = "List at most this many.", HelpName = "N", DefaultValueFactory = _ => PageSize };
        return new Verb("list", "List the conflicts of a merge.", "db-vc conflicts list") { merge, after, limit }
            .Answers<ConflictsDocument>().OnRepository((context, workspace) =>
        {
            var page = workspace.Merges.ListConflicts(context.Get(merge), context.Get(after), Limits.Positive(context.Get(limit), "--limit"));
            context.Output.Line(Piece.Dim("merge "), Piece.Id(page.Merge));
            ConflictsView.Write(context.Output, page.Conflicts);
            if (page.Next is { } next) context.Output.Line(Piece.Dim($"More: db-vc conflicts list {page.Merge} --after {next}"));
            context.Output.Json(page.ToJson());
            return 0;
        });
    }

    private static Verb Show()
    {
        var id = new Argument<string>("ID") { Description = "The conflict." };
        return new Verb("show", "Show one conflict: base, source and target.", "db-vc conflicts show 5d1c09ab") { id }
            .Answers<OpenConflictDocument>().OnRepository((context, workspace) =>
        {
            var view = workspace.Merges.ShowConflict(context.Get(id)!);
            ConflictsView.WriteOne(context.Output, view);
            context.Output.Json(view.ToJson());
            return 0;
        });
    }

    private static Verb Propose()
    {
        var merge = new Argument<string?>("MERGE") { Description = "The merge in progress, if there are several.", Arity = ArgumentArity.ZeroOrOne };
        var model = new Option<string?>("--model") { Description = "Who is asked; the configured model if left out.", HelpName = "MODEL" };
        return new Verb("propose", "Ask what an agent would take, and why; it decides nothing.", "db-vc conflicts propose") { merge, model }
            .Answers<ProposalsDocument>().OnRepository((context, workspace) =>
            {
                var report = workspace.Merges.Propose(context.Get(merge), context.Get(model), context.Interrupted);
                context.Output.Line($"Proposals about {report.Proposed} of {Shown.Count(report.Open, "open conflict")}",
                    Piece.Dim($": db-vc conflicts list {report.Merge}; to accept: db-vc conflicts resolve ID|--all --take proposal"));
                context.Output.Json(report.ToJson());
                return 0;
            });
    }

    private static Verb Resolve()
    {
        var id = new Argument<string?>("ID") { Description = "The conflict; or --all.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All conflicts that are still open." };
        var take = new Option<string?>("--take") { Description = "The side to take.", HelpName = "SIDE" };
        take.AcceptOnlyFromAmong("source", "target", "base", "both", Proposal);
        var value = new Option<string?>("--value") { Description = "The value to set instead, as JSON.", HelpName = "JSON" };
        var merge = new Option<string?>("--merge") { Description = "The merge in progress; not needed when there is only one.", HelpName = "MERGE" };
        return new Verb("resolve", "Decide one conflict or all.",
            "db-vc conflicts resolve 5d1c09ab --take source", "db-vc conflicts resolve 5d1c09ab --value 42", "db-vc conflicts resolve --all --take target")
        {
            id,
            all,
            take,
            value,
            merge,
        }.Answers<ResolvedDocument>().OnRepository((context, workspace) =>
        {
            if (context.Get(all) == context.Get(id) is not null) throw Wrong("Name one conflict, or give --all.");
            var resolution = Decide(context.Get(take), context.Get(value));
            var count = workspace.Merges.Resolve(new ResolveRequest(context.Get(merge), context.Get(id), resolution));
            context.Output.Line(Piece.Good("✓ "), "Decided ", Shown.Count(count, "conflict"), Piece.Dim(". When all are decided: db-vc merge continue"));
            context.Output.Json(new ResolvedDocument(count));
            return 0;
        });
    }

    /// <summary>Null for what is proposed.</summary>
    private static Resolution? Decide(string? take, string? value) => (take, value) switch
    {
        (Proposal, null) => null,
        (not null, null) => new Resolution(Enum.Parse<ResolutionKind>(take, ignoreCase: true)),
        (null, not null) => new Resolution(ResolutionKind.Value, Json.ParseCell(value), value),
        _ => throw Wrong("Say what to take: --take source, target, base, both or proposal; or --value JSON."),
    };

    private static DbVcException Wrong(string message) => new(FailureKind.Usage, "usage", message, hint: "db-vc conflicts resolve --help");
}
