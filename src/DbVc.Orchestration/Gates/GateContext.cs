using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Does the expensive work that gates judge; the host's side of the sandbox.</summary>
public interface IGateWork
{
    /// <summary>How code is shut in, for the report.</summary>
    SandboxMode Sandbox { get; }

    /// <summary>Compiles and analyses without running anything of it.</summary>
    CompileResult Compile();

    TestRunResult Test(CompiledPipeline pipeline);

    /// <summary>Runs on the source and loads into the branch, in place of what was loaded before.</summary>
    SampleRun Run(CompiledPipeline pipeline);

    /// <summary>Lets the engine read the definition of the destination; null where that was done before the code was merged.</summary>
    DefinitionCheck? CheckDefinition();

    /// <summary>Runs on the sample again and again, in a private copy; null where that was done before the code was merged.</summary>
    TrialResult? Try(CompiledPipeline pipeline);

    /// <summary>By which share the speed of the same code on the same records differs from run to run; null where there is nothing to run it on.</summary>
    double? MeasureNoise(CompiledPipeline pipeline);

    /// <summary>Tries whether the branch's change can be taken back; null where it changes rows only, of code that was merged.</summary>
    ReversalOutcome? TakeBack();

    /// <summary>What the branch's change of definitions takes away.</summary>
    IReadOnlyList<DestructiveChange> FindDestructive();
}

/// <summary>What gates look at. Each piece of work is done once, when the first gate asks for it.</summary>
public sealed class GateContext
{
    private readonly Lazy<CompileResult> _compiled;
    private readonly Lazy<TestRunResult> _tested;
    private readonly Lazy<SampleRun> _ran;
    private readonly Lazy<DefinitionCheck?> _definition;
    private readonly Lazy<TrialResult?> _tried;
    private readonly Lazy<double?> _noise;
    private readonly Lazy<ReversalOutcome?> _reversed;
    private readonly Lazy<IReadOnlyList<DestructiveChange>> _destructive;

    public GateContext(GateSubject subject, GateThresholds thresholds, IGateWork work)
    {
        Subject = subject;
        Thresholds = thresholds;
        Sandbox = work.Sandbox;
        _compiled = new Lazy<CompileResult>(work.Compile);
        _tested = new Lazy<TestRunResult>(() => work.Test(_compiled.Value.Pipeline!));
        _ran = new Lazy<SampleRun>(() => work.Run(_compiled.Value.Pipeline!));
        _definition = new Lazy<DefinitionCheck?>(work.CheckDefinition);
        _tried = new Lazy<TrialResult?>(() => work.Try(_compiled.Value.Pipeline!));
        _noise = new Lazy<double?>(() => work.MeasureNoise(_compiled.Value.Pipeline!));
        _reversed = new Lazy<ReversalOutcome?>(work.TakeBack);
        _destructive = new Lazy<IReadOnlyList<DestructiveChange>>(work.FindDestructive);
    }

    public GateSubject Subject { get; }

    public GateThresholds Thresholds { get; }

    public SandboxMode Sandbox { get; }

    public CompileResult Compiled => _compiled.Value;

    /// <summary>Only where <see cref="WhyNotRunnable"/> is null.</summary>
    public TestRunResult Tested => _tested.Value;

    /// <summary>Only where <see cref="WhyNotRunnable"/> is null.</summary>
    public SampleRun Ran => _ran.Value;

    /// <summary>Null where it was not asked for.</summary>
    public DefinitionCheck? Definition => _definition.Value;

    /// <summary>Only where <see cref="WhyNotRunnable"/> is null; null where it was not asked for.</summary>
    public TrialResult? Tried => _tried.Value;

    /// <summary>Only where <see cref="WhyNotRunnable"/> is null; a share.</summary>
    public double? Noise => _noise.Value;

    /// <summary>Null where it was not asked for.</summary>
    public ReversalOutcome? Reversed => _reversed.Value;

    public IReadOnlyList<DestructiveChange> Destructive => _destructive.Value;

    /// <summary>Null if the code may be started: it compiles, and the analysis found nothing forbidden in it.</summary>
    public string? WhyNotRunnable
    {
        get
        {
            if (!Compiled.Succeeded) return "the code does not compile";
            return Compiled.Security.Any(f => f.IsError) ? "the code uses what is forbidden" : null;
        }
    }

    /// <summary>What was measured so far; null where the work was not done or failed.</summary>
    internal (TestRunResult? Tested, SampleRun? Ran) Measured =>
        (_tested.IsValueCreated ? _tested.Value : null, _ran.IsValueCreated ? _ran.Value : null);
}
