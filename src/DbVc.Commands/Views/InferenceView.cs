using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>A proposal for metadata: what was found, why, and what is left to decide.</summary>
internal static class InferenceView
{
    public static void Show(Output output, InferenceReport report)
    {
        var proposal = report.Proposal;
        output.Line(Piece.Strong("From  "), proposal.Source, Piece.Dim(
            $" ({(proposal.IsWhole ? "all" : "the first")} {Shown.Count(proposal.Records, "record")} looked at)"));
        output.Line(Piece.Strong("Into  "), "table ", Piece.Name(proposal.Table));
        output.Line();
        Fields(output, proposal);
        Rules(output, proposal.Rules);
        Questions(output, proposal.Questions);
        if (proposal.Findings.Count > 0) output.Line();
        foreach (var finding in proposal.Findings) output.Line(Piece.Warning("! "), Shown.Cut(finding, 240));
        output.Line();
        MetadataView.Outcome(output, report.Preview);
        if (report.File is null) output.Line(Piece.Dim("Nothing was written. --out FILE writes the metadata."));
        else output.Line(Piece.Good("✓ "), "Wrote ", Piece.Strong(report.File), Piece.Dim($". See what it does: db-vc metadata explain {report.File}"));
    }

    private static void Fields(Output output, MetadataProposal proposal)
    {
        var fields = new TextTable("field", "type", "", "because");
        foreach (var field in proposal.Fields)
        {
            var kind = field.IsKey ? "key" : field.IsNullable ? "" : "never NULL";
            fields.Add(Piece.Name(field.Name), field.Type, kind, Piece.Dim(string.Join("; ", field.Evidence)));
        }

        output.Table(fields);
        if (!proposal.Fields.Any(f => f.Steps.Count > 0)) return;
        output.Line();
        output.Line(Piece.Strong("Steps"));
        foreach (var step in proposal.Fields.SelectMany(f => f.Steps)) output.Line("  ", step);
    }

    private static void Rules(Output output, IReadOnlyList<ProposedRule> rules)
    {
        if (rules.Count == 0) return;
        output.Line();
        output.Line(Piece.Strong("Rules"), Piece.Dim(", with the share of values to come that keep them, as far as one can be 95 % sure:"));
        foreach (var rule in rules)
        {
            output.Line("  ", (100 * rule.Confidence).ToString("0.0", CultureInfo.InvariantCulture).PadLeft(5), " %  ", rule.Text,
                Piece.Dim(rule.Severity == "warn" ? "  (warns)" : ""));
            output.Line(Piece.Dim($"           {Shown.Cut(rule.Evidence, 200)}"));
        }
    }

    private static void Questions(Output output, IReadOnlyList<OpenQuestion> questions)
    {
        if (questions.Count == 0) return;
        output.Line();
        output.Line(Piece.Strong("Questions"), Piece.Dim(" that the data leaves open; the proposal assumes what is marked:"));
        foreach (var question in questions)
        {
            output.Line("  ", Piece.Name(question.Field), "  ", Shown.Cut(question.Text, 240));
            var choices = question.Choices.Select(c => c == question.Assumed ? $"[{c}]" : c);
            output.Line(Piece.Dim($"      --decide {question.Field}=  {string.Join("  ", choices)}"));
        }
    }
}
