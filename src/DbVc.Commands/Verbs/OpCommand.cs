using System.CommandLine;

namespace DbVc.Commands;

/// <summary>Shows what commands did to the repository.</summary>
internal static class OpCommand
{
    private const int DefaultLimit = 50;

    public static Verb Create() => new("op", "Look into the log of operations.") { Log() };

    private static Verb Log()
    {
        var limit = new Option<int>("--limit", "-n") { Description = "List at most this many.", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };
        return new Verb("log", "List what commands moved, newest first.", "db-vc op log", "db-vc op log -n 5") { limit }
            .Answers<OperationsDocument>().OnRepository((context, workspace) =>
        {
            var entries = workspace.History.Operations(Limits.Positive(context.Get(limit), "--limit"));
            var list = new TextTable("#", "", "", "", "");
            foreach (var entry in entries)
            {
                list.Add(Piece.Id(entry.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)), Piece.Dim(Shown.Time(entry.Time)),
                    Piece.Name(entry.Actor), entry.Override is null ? entry.Command : Piece.Bad(entry.Command), Piece.Dim(string.Join(", ", entry.Moves)));
            }

            context.Output.List(list);
            var problem = workspace.Audit.FindProblemOfEnd();
            if (problem is not null) AuditCommand.Write(context.Output, problem);
            context.Output.Json(entries.ToJson(problem));
            return problem is null ? 0 : (int)Model.FailureKind.Failed;
        });
    }
}
