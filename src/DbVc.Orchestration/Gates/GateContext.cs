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

    /// <summary>Runs on the sample and loads into the branch, in place of what was loaded before.</summary>
    SampleRun Run(CompiledPipeline pipeline);
}

/// <summary>What gates look at. Each piece of work is done once, when the first gate asks for it.</summary>
public sealed class GateContext
{
    private readonly Lazy<CompileResult> _compiled;
    private readonly Lazy<TestRunResult> _tested;
    private readonly Lazy<SampleRun> _ran;

    public GateContext(GateSubject subject, GateThresholds thresholds, IGateWork work)
    {
        Subject = subject;
        Thresholds = thresholds;
        Sandbox = work.Sandbox;
        _compiled = new Lazy<CompileResult>(work.Compile);
        _tested = new Lazy<TestRunResult>(() => work.Test(_compiled.Value.Pipeline!));
        _ran = new Lazy<SampleRun>(() => work.Run(_compiled.Value.Pipeline!));
    }

    public GateSubject Subject { get; }

    public GateThresholds Thresholds { get; }

    public SandboxMode Sandbox { get; }

    public CompileResult Compiled => _compiled.Value;

    /// <summary>Only where <see cref="WhyNotRunnable"/> is null.</summary>
    public TestRunResult Tested => _tested.Value;

    /// <summary>Only where <see cref="WhyNotRunnable"/> is null.</summary>
    public SampleRun Ran => _ran.Value;

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
