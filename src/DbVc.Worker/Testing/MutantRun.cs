using System.Diagnostics;
using System.Reflection;
using DbVc.PipelineRuntime;
using Xunit.Sdk;

namespace DbVc.Worker;

/// <summary>
/// Switches one mutant on after the other and runs the tests that reach it, until one fails. Which tests reach which mutant was noted while they ran on the
/// code as it is.
/// </summary>
internal sealed class MutantRun
{
    private const int MostTellingTests = 4;
    private const int SpinsBeyond = 100_000;

    private readonly Func<IReadOnlyCollection<ITestCase>, IMessageSink, ValueTask> _run;
    private readonly byte[] _reached;
    private readonly FieldInfo _active;
    private readonly FieldInfo _spins;
    private readonly FieldInfo _spinLimit;
    private readonly Dictionary<string, List<int>> _mutantsOf = [];
    private long _mostSpins;

    private MutantRun(Type probe, byte[] reached, Func<IReadOnlyCollection<ITestCase>, IMessageSink, ValueTask> run)
    {
        (_reached, _run) = (reached, run);
        (_active, _spins, _spinLimit) = (Field(ProbeList.ActiveField), Field(ProbeList.SpinsField), Field(ProbeList.SpinLimitField));

        FieldInfo Field(string name) => probe.GetField(name, BindingFlags.Public | BindingFlags.Static)!;
    }

    /// <summary>Null where the assembly has no mutants.</summary>
    public static MutantRun? Of(Assembly assembly, Func<IReadOnlyCollection<ITestCase>, IMessageSink, ValueTask> run)
    {
        var probe = assembly.GetType(ProbeList.TypeName);
        var reached = probe?.GetField(ProbeList.ReachedField, BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as byte[];
        return reached is { Length: > 1 } ? new MutantRun(probe!, reached, run) : null;
    }

    /// <summary>To be called as each test case begins and ends on the code as it is.</summary>
    public void Note(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseStarting:
                Array.Clear(_reached);
                _spins.SetValue(null, 0L);
                break;
            case ITestCaseFinished finished:
                _mutantsOf[finished.TestCaseUniqueID] = [.. Enumerable.Range(1, _reached.Length - 1).Where(m => _reached[m] != 0)];
                _mostSpins = Math.Max(_mostSpins, (long)_spins.GetValue(null)!);
                break;
        }
    }

    /// <summary>
    /// Writes a <see cref="MutantOutcome"/> for each mutant as it is known; the first <paramref name="known"/> are not tried again.
    /// </summary>
    public async Task Try(IReadOnlyList<ITestCase> cases, FileStream outcomes, int known, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var reaching = Reaching(cases);
        _spinLimit.SetValue(null, (_mostSpins * 10) + SpinsBeyond);
        for (var mutant = known + 1; mutant < _reached.Length && clock.Elapsed < time; mutant++)
        {
            var outcome = reaching[mutant].Count == 0 ? MutantOutcome.NotReached
                : await IsKilled(mutant, reaching[mutant]) ? MutantOutcome.Killed : MutantOutcome.Survived;
            outcomes.WriteByte((byte)outcome);
            outcomes.Flush();
        }
        _active.SetValue(null, 0);
    }

    /// <summary>For each mutant the tests that reach it, those first that reach little else: they are the ones that are about it.</summary>
    private List<ITestCase>[] Reaching(IReadOnlyList<ITestCase> cases)
    {
        var reaching = new List<ITestCase>[_reached.Length];
        for (var i = 0; i < reaching.Length; i++)
            reaching[i] = [];
        foreach (var test in cases.OrderBy(c => _mutantsOf.GetValueOrDefault(c.UniqueID, []).Count))
        {
            foreach (var mutant in _mutantsOf.GetValueOrDefault(test.UniqueID, []))
                reaching[mutant].Add(test);
        }
        return reaching;
    }

    private async Task<bool> IsKilled(int mutant, List<ITestCase> tests)
    {
        _active.SetValue(null, mutant);
        return await Fails(tests[..Math.Min(MostTellingTests, tests.Count)]) || (tests.Count > MostTellingTests && await Fails(tests[MostTellingTests..]));
    }

    private async Task<bool> Fails(List<ITestCase> tests)
    {
        _spins.SetValue(null, 0L);
        var sink = new FailureSink();
        await _run(tests, sink);
        return sink.HasFailure;
    }

    private sealed class FailureSink : IMessageSink
    {
        public bool HasFailure { get; private set; }

        public bool OnMessage(IMessageSinkMessage message)
        {
            HasFailure |= message is ITestFailed or IErrorMetadata;
            return !HasFailure;
        }
    }
}
