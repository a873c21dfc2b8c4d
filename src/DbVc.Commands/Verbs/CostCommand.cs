using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows what models cost.</summary>
internal static class CostCommand
{
    public static Verb Create() => new("cost", "See what models cost.")
    {
        new Verb("report", "Sum up tokens and money by task, model and month.", "db-vc cost report")
            .Answers<CostsDocument>().OnRepository((context, workspace) =>
        {
            var report = workspace.Costs.Report();
            context.Output.Json(report.ToJson());
            if (report.Total.Answers + report.Total.Reused == 0)
            {
                context.Output.Line("No model was asked over a network yet.");
                return 0;
            }

            foreach (var (title, lines) in new[] { ("task", report.Tasks), ("model", report.Models), ("month", report.Months) })
            {
                var table = new TextTable(title, "answers", "read", "of it cached", "written", "USD", "reused", "USD saved");
                foreach (var line in lines.Append(report.Total))
                {
                    table.Add(Piece.Name(line.Name), Shown.Count(line.Answers), Shown.Count(line.Input), Shown.Count(line.Cached), Shown.Count(line.Output),
                        Money(line), Shown.Count(line.Reused), FormattableString.Invariant($"{line.Saved:0.0000}"));
                }

                context.Output.Table(table);
            }

            return 0;
        }),
    };

    private static string Money(CostLine line) => FormattableString.Invariant($"{line.Usd:0.0000}")
        + (line.Unsettled > 0 ? $" (at most; {Shown.Count(line.Unsettled, "answer")} not seen to end)" : "")
        + (line.Unpriced > 0 ? $" ({Shown.Count(line.Unpriced)} without a price)" : "");
}
