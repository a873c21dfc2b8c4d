using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows what an agent does as it does it.</summary>
internal sealed class AgentProgress(IProgressView view, CancellationToken interrupted) : IAgentProgress
{
    public void Message(string text) => view.Line("  ", Piece.Dim(text));

    public void StepStarted(string name) => view.Begin(name);

    public void StepFinished(TaskStep step) => view.End(step.State != "failed", Shown.Short(step.Summary));

    public void GateFinished(GateSummary gate)
    {
        foreach (var line in GateView.Lines(gate, isTimed: true)) view.Line(line);
    }

    /// <summary>A number stands for the choice that has it.</summary>
    public string? Ask(string question, IReadOnlyList<string> choices)
    {
        view.Line("  ", Piece.Strong("The agent asks: "), question);
        foreach (var (i, choice) in choices.Index()) view.Line(Piece.Dim($"    {i + 1}  "), choice);
        var answer = view.Ask("  > ", interrupted);
        return int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= choices.Count
            ? choices[number - 1]
            : answer;
    }

    public void Rows(long loaded, long rejected, long? records) => view.Report(loaded + rejected, records, "records");
}
