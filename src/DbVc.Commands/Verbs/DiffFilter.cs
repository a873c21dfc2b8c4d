using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>The options that choose which differences are shown, shared by the commands that show some.</summary>
internal sealed class DiffFilter
{
    private const int RowsForPeople = 20;
    private const int RowsForPrograms = 10_000;

    public Option<bool> Stat { get; } = new("--stat") { Description = "Only count the rows." };

    public Option<bool> Schema { get; } = new("--schema") { Description = "Only tables, columns, indexes, views and triggers." };

    public Option<bool> Files { get; } = new("--files") { Description = "Only the files of pipelines." };

    public Option<int?> Limit { get; } = new("--limit", "-n") { Description = "List at most this many rows per table; counts are exact.", HelpName = "N" };

    public Option<bool> All { get; } = new("--all") { Description = "List every row that differs." };

    public int MaxRows(CommandContext context)
    {
        if (context.Get(Stat)) return 0;
        if (context.Get(All)) return int.MaxValue;
        return context.Get(Limit) is { } limit ? Limits.Positive(limit, "--limit") : context.Output.IsJson ? RowsForPrograms : RowsForPeople;
    }

    public DiffReport Apply(CommandContext context, DiffReport report) => (context.Get(Schema), context.Get(Files)) switch
    {
        (false, false) => report,
        var (schema, files) => report with { Tables = [], Schema = schema ? report.Schema : [], Files = files ? report.Files : [] },
    };

    /// <summary>Writes a report as it is read, however large; <paramref name="around"/> puts more into the document.</summary>
    public void Write(CommandContext context, DiffReport report, Func<DiffDocument, Document>? around = null)
    {
        var document = report.ToJson();
        context.Output.Json(around is null ? document : around(document));
        if (context.Output.IsJson) return;
        if (context.Get(Stat)) DiffView.WriteStat(context.Output, report);
        else DiffView.Write(context.Output, report);
    }
}
