using System.Text.Json.Nodes;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// The gates of a branch that holds no code, only what people changed by hand: whether the invariants hold in it, and whether its change can be taken back.
/// Gates about code are not asked, and the report names them.
/// </summary>
internal sealed class PlainGates(WorkspaceContext context, InvariantDesk invariants)
{
    /// <summary>Judges what a branch is at a commit, against where it began.</summary>
    /// <param name="branch">Whose.</param>
    /// <param name="start">Where it left its target.</param>
    /// <param name="head">What is judged.</param>
    /// <param name="asked">Gates, by name.</param>
    /// <param name="gateFinished">Hears of each.</param>
    /// <param name="cancel">Ends it.</param>
    public GateReport Run(
        BranchName branch, CommitId start, CommitId head, IReadOnlyList<string> asked, Action<GateSummary>? gateFinished, CancellationToken cancel)
    {
        var gates = new IGate[] { new InvariantsGate(() => invariants.Check(head.ToString())), new ReversibilityGate() };
        var runner = new GateRunner(context.Options.Clock, [.. gates.Where(gate => asked.Contains(gate.Name))]);
        using var work = new Work(context, start, head, cancel);
        var subject = new GateSubject(branch, null, "", [], new GateExpectations([], 0));
        return runner.Run(new GateContext(subject, context.Configuration.Gates, work), gateFinished, cancel);
    }

    /// <summary>What must hold in main holds in the branch.</summary>
    private sealed class InvariantsGate(Func<IReadOnlyList<InvariantResult>> check) : IGate
    {
        public string Name => "data quality";

        public GateResult Run(GateContext gates)
        {
            var results = check();
            var broken = results.Where(r => !r.Holds).ToList();
            var findings = broken.Select(r => new GateFinding($"The invariant {r.Invariant.Name} does not hold: "
                + (r.Error ?? $"it is broken by {(r.Truncated ? "at least " : "")}{Quantity.Of(r.Rows.Count, "row")}."))
            { Rule = "invariant" });
            var summary = results.Count == 0 ? "there are no invariants" : $"{results.Count - broken.Count} of {results.Count} invariants hold";
            return GateResult.Of(Name, summary, [.. findings], new JsonObject { ["invariants"] = results.Count, ["broken"] = broken.Count });
        }
    }

    /// <summary>There is no code, so nothing of it is compiled, tested or run.</summary>
    private sealed class Work(WorkspaceContext context, CommitId start, CommitId head, CancellationToken cancel) : IGateWork, IDisposable
    {
        private TrialDatabase? _copy;

        public SandboxMode Sandbox => context.Configuration.Sandbox ? SandboxMode.Bubblewrap : SandboxMode.None;

        private Snapshot After => context.Repository.ReadSnapshot(head).Snapshot;

        public CompileResult Compile() => throw NoCode();

        public TestRunResult Test(CompiledPipeline pipeline) => throw NoCode();

        public SampleRun Run(CompiledPipeline pipeline) => throw NoCode();

        public DefinitionCheck? CheckDefinition() => null;

        public TrialResult? Try(CompiledPipeline pipeline) => null;

        public double? MeasureNoise(CompiledPipeline pipeline) => null;

        public ReversalOutcome? TakeBack()
        {
            _copy = TrialDatabase.Make(context.Live, context.Shadow, EvidenceDesk.TrialName, start);
            return new Reversal(context.Live, _copy).Try(start, After, cancel);
        }

        public IReadOnlyList<DestructiveChange> FindDestructive() =>
            DestructiveChanges.Find(context.Repository.Chunks, context.Repository.ReadSnapshot(start).Snapshot, After);

        public void Dispose() => _copy?.Dispose();

        private static InvalidOperationException NoCode() => new("There is no code in this branch.");
    }
}
