using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows what the agents of a batch do as they do it.</summary>
internal sealed class BatchProgress(IProgressBoard board, CancellationToken interrupted) : IBatchProgress
{
    public IAgentProgress Begin(BatchTask task)
    {
        var view = board.Begin(task.Name);
        view.Line(Piece.Dim($"{(task.Report is null ? "begins" : "goes on")} on {task.Branch}"));
        return new OneOfMany(view, interrupted);
    }

    public void End(BatchTask task)
    {
        Piece mark = task.State is BatchTaskState.Ready or BatchTaskState.Merged ? Piece.Good("✓ ") : Piece.Bad("✗ ");
        board.End(task.Name, mark, new Piece(Json.Name(task.State), BatchTable.LookOf(task.State)), "  ", Piece.Dim(Shown.Short(BatchTable.Say(task))));
    }

    /// <summary>Among many, a gate is worth a line only where it objects.</summary>
    private sealed class OneOfMany(IProgressView view, CancellationToken interrupted) : IAgentProgress
    {
        private readonly AgentProgress _alone = new(view, interrupted);

        public void Message(string text) => view.Line(Piece.Dim(Shown.Short(text)));

        public void StepStarted(string name) => _alone.StepStarted(name);

        public void StepFinished(TaskStep step) => _alone.StepFinished(step);

        public void GateFinished(GateSummary gate)
        {
            if (!gate.Passed) _alone.GateFinished(gate);
        }

        public string? Ask(string question, IReadOnlyList<string> choices) => _alone.Ask(question, choices);

        public void Rows(long loaded, long rejected, long? records) => _alone.Rows(loaded, rejected, records);
    }
}
