using System.Globalization;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>A metadata file in plain words.</summary>
internal static class MetadataView
{
    public static void Show(Output output, MetadataExplanation explanation)
    {
        output.Line(Piece.Strong("From  "), explanation.Source, ".");
        output.Line(Piece.Strong("Into  "), explanation.Destination, ".");
        output.Line();
        var fields = new TextTable("field", "type", "");
        foreach (var field in explanation.Fields) fields.Add(Piece.Name(field.Name), field.Type, Piece.Dim(string.Join("; ", field.Notes)));
        output.Table(fields);
        if (explanation.Steps.Count > 0)
        {
            output.Line();
            output.Line(Piece.Strong("First"), Piece.Dim(", in this order:"));
            for (var i = 0; i < explanation.Steps.Count; i++)
            {
                var counted = explanation.Changes.FirstOrDefault(c => c.Step == explanation.Steps[i]);
                output.Line(Piece.Dim($"{i + 1,4}  "), explanation.Steps[i],
                    Piece.Dim(counted is null ? "" : $"  changes {Shown.Count(counted.Changed)} of {Count(counted.Of, "cell")}"));
            }
        }

        output.Line();
        output.Line(Piece.Strong("Then"), Piece.Dim(", for each record:"));
        foreach (var rule in explanation.Rules) Rule(output, rule);
        Assumptions(output, explanation.Assumptions);
        output.Line();
        Outcome(output, explanation);
    }

    public static void Assumptions(Output output, IReadOnlyList<string> assumptions)
    {
        if (assumptions.Count == 0) return;
        output.Line();
        output.Line(Piece.Strong("Assumed"), Piece.Dim(", because the file leaves it open:"));
        foreach (var assumption in assumptions) output.Line("      ", assumption);
    }

    /// <summary>What is said after another sentence begins in upper case.</summary>
    public static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static void Rule(Output output, ExplainedRule rule)
    {
        output.Line("    ", rule.Broken == 0 ? Piece.Good("✓ ") : Piece.Warning("! "), rule.Text, Piece.Dim($"  otherwise {rule.Effect}"));
        if (rule.Written is not null && rule.Written != rule.Text) output.Line(Piece.Dim($"        written  {rule.Written}"));
        if (rule.Condition is not null) output.Line(Piece.Dim($"        code     {rule.Condition}"));
        if (rule.Broken == 0) return;
        output.Line("        ", Piece.Warning(Count(rule.Broken, "record")), rule.Broken == 1 ? " of the source breaks it:" : " of the source break it:");
        foreach (var record in rule.First)
        {
            output.Line(Piece.Dim($"          line {record.Line}  "), record.Value.Length == 0 ? Piece.Dim("(empty)") : Shown.Short(record.Value));
        }
    }

    private static void Outcome(Output output, MetadataExplanation explanation)
    {
        if (explanation.Preview is not { } preview)
        {
            if (explanation.Unreadable is not { } unreadable) output.Line("The source is fetched when the pipeline is made or run; nothing was asked for now.");
            else output.Line(Piece.Warning("! "), "The source cannot be read: ", unreadable.Message);
            return;
        }

        foreach (var step in explanation.Reshaped) output.Line(Piece.Dim("Reshaped  "), step, ".");
        Outcome(output, preview);
    }

    /// <summary>What would become of the records that were looked at.</summary>
    public static void Outcome(Output output, PreviewCounts preview)
    {
        var which = preview.IsWhole ? $"Of {Count(preview.Records, "record")}" : $"Of the first {Count(preview.Records, "record")}";
        output.Line(which, $" of the source {preview.Loaded.ToString("#,0", CultureInfo.InvariantCulture)} would be loaded, ",
            $"{preview.Rejected.ToString("#,0", CultureInfo.InvariantCulture)} quarantined, ",
            $"{preview.LeftOut.ToString("#,0", CultureInfo.InvariantCulture)} left out. ", Piece.Dim("What the destination holds is not looked at."));
    }

    private static string Count(long count, string noun) => $"{count.ToString("#,0", CultureInfo.InvariantCulture)} {noun}{(count == 1 ? "" : "s")}";
}
