using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Asks the live database, a branch, or the database as it was; read-only.</summary>
internal static class QueryCommand
{
    private const int RowsForPeople = 1000;
    private const long MaxRows = 1_000_000;

    public static Verb Create()
    {
        var sql = new Argument<string>("SQL") { Description = "One SELECT." };
        var at = new Option<string?>("--at") { Description = "The database as it was at this revision.", HelpName = "REV" };
        var branch = new Option<string?>("--branch", "-b") { Description = "This branch's database.", HelpName = "BRANCH" };
        var csv = new Option<bool>("--csv") { Description = "Print comma-separated values." };
        return new Verb("query", "Run a read-only query now, on a branch, or as things were.",
            "db-vc query \"SELECT count(*) FROM customers\"", "db-vc query --at HEAD~1 \"SELECT * FROM customers WHERE id = 17\" --csv")
        {
            sql,
            at,
            branch,
            csv,
        }.Answers<QueryDocument>().OnRepository((context, workspace) =>
        {
            if (context.Get(at) is not null && context.Get(branch) is not null)
            {
                throw new DbVcException(FailureKind.Usage, "usage", "--at and --branch exclude each other.", hint: "db-vc query --help");
            }

            using var report = workspace.History.Query(new QueryRequest(context.Get(sql)!, context.Get(at), Session.Branch(context.Get(branch)), MaxRows));
            if (context.Output.IsJson) context.Output.Json(report.ToJson(context.Interrupted), isCompact: true);
            else if (context.Get(csv)) WriteCsv(context.Output, report, context.Interrupted);
            else WriteTable(context.Output, report, context.Interrupted);
            return 0;
        });
    }

    private static void WriteCsv(Output output, QueryReport report, CancellationToken interrupted)
    {
        output.Text(string.Join(',', report.Columns.Select(column => Csv(column.Name))) + "\n");
        foreach (var row in report.Rows)
        {
            interrupted.ThrowIfCancellationRequested();
            output.Text(string.Join(',', row.Select(value => value.IsNull ? "" : Csv(value.ToString()))) + "\n");
        }
    }

    private static void WriteTable(Output output, QueryReport report, CancellationToken interrupted)
    {
        List<Value[]> rows = [];
        foreach (var row in report.Rows)
        {
            interrupted.ThrowIfCancellationRequested();
            rows.Add(row);
            if (rows.Count > RowsForPeople) break;
        }

        var isNumber = report.Columns.Select((_, i) => rows.Count > 0 && rows.All(row => row[i].Kind is ValueKind.Integer or ValueKind.Real or ValueKind.Null));
        var table = new TextTable([.. report.Columns.Zip(isNumber, (column, number) => number ? "#" + column.Name : column.Name)]);
        foreach (var row in rows.Take(RowsForPeople)) table.Add([.. row.Select(value => value.IsNull ? Piece.Dim("NULL") : (Piece)value.ToString())]);
        output.Table(table);
        if (rows.Count == 0) output.Line("No rows.");
        if (rows.Count > RowsForPeople) output.Line(Piece.Dim($"… only the first {Shown.Count(RowsForPeople)} rows; --csv or --json prints all"));
    }

    private static string Csv(string text) => text.Length > 0 && !text.AsSpan().ContainsAny(",\"\r\n")
        ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
