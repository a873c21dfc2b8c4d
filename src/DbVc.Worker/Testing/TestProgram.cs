using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using DbVc.PipelineRuntime;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace DbVc.Worker;

/// <summary>
/// The test process: runs an assembly's xunit tests and writes one line per test as it ends, the coverage at the end, and then what became of each mutant.
/// A process that goes on where another one broke on a mutant writes nothing but that.
/// </summary>
internal static class TestProgram
{
    public const string ResultsFile = "results.jsonl";
    public const string HitsFile = "hits.bin";
    public const string MutantsEndedFile = "mutants.ended";
    public const string Finished = "finished";

    /// <summary>What became of the mutants after the first <paramref name="known"/>.</summary>
    public static string MutantsFile(string folder, int known) => Path.Combine(folder, FormattableString.Invariant($"mutants-{known}.bin"));

    /// <param name="folder">Where results go.</param>
    /// <param name="assemblyPath">What holds the tests.</param>
    /// <param name="mutantSeconds">How long mutants are tried; 0: not at all.</param>
    /// <param name="known">Mutants that earlier processes have judged, of which the last one broke its process; 0 for the first process.</param>
    public static int Run(string folder, string assemblyPath, double mutantSeconds, int known)
    {
        var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(assemblyPath);
        using var results = known > 0 ? StreamWriter.Null : new StreamWriter(NewFile.Create(Path.Combine(folder, ResultsFile))) { AutoFlush = true };
        RunAll(assembly, folder, results, mutantSeconds, known).GetAwaiter().GetResult();
        return 0;
    }

    private static async Task RunAll(Assembly assembly, string folder, StreamWriter results, double mutantSeconds, int known)
    {
        TestContext.SetForInitialization(null, false, false);
        var framework = ExtensibilityPointFactory.GetTestFramework(assembly);
        await using var started = framework as IAsyncDisposable;
        var front = new InProcessFrontController(framework, assembly, null);
        var options = new TestOptions();
        options.SetValue("xunit.execution.DisableParallelization", true);
        options.SetValue("xunit.execution.SynchronousMessageReporting", true);
        var cases = new List<ITestCase>();
        var mutants = mutantSeconds > 0 ? MutantRun.Of(assembly, (tests, heard) => Run(front, options, tests, heard)) : null;
        var sink = new ResultSink(results, mutants);
        using var cancellation = new CancellationTokenSource();
        await front.Find(sink, options, _ => true, cancellation, null, (test, _) =>
        {
            cases.Add(test);
            return ValueTask.FromResult(true);
        });
        await Run(front, options, cases, sink);
        if (known == 0) WriteHits(assembly, folder);
        results.WriteLine(Finished);
        if (mutants is null || sink.HasFailure)
            return;
        options.SetValue("xunit.execution.StopOnTestFail", true);
        await using var outcomes = NewFile.Create(MutantsFile(folder, known));
        await mutants.Try(cases, outcomes, known, TimeSpan.FromSeconds(mutantSeconds));
        NewFile.Write(Path.Combine(folder, MutantsEndedFile), []);
    }

    private static async ValueTask Run(InProcessFrontController front, TestOptions options, IReadOnlyCollection<ITestCase> cases, IMessageSink sink)
    {
        using var cancellation = new CancellationTokenSource();
        await front.Run(sink, options, cases, cancellation);
    }

    private static void WriteHits(Assembly assembly, string folder)
    {
        if (assembly.GetType(ProbeList.TypeName)?.GetField(ProbeList.HitsField, BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is byte[] hits)
            NewFile.Write(Path.Combine(folder, HitsFile), hits);
    }

    /// <summary>Notes how each test ended. Names come with the message that a test starts, outcomes with the one that it ended.</summary>
    private sealed class ResultSink(StreamWriter results, MutantRun? mutants) : IMessageSink
    {
        private const int MessageLength = 4000;
        private readonly Dictionary<string, string> _names = [];

        public bool HasFailure { get; private set; }

        public bool OnMessage(IMessageSinkMessage message)
        {
            lock (_names)
            {
                mutants?.Note(message);
                HasFailure |= message is ITestFailed or IErrorMessage;
                switch (message)
                {
                    case ITestStarting starting:
                        _names[starting.TestUniqueID] = starting.TestDisplayName;
                        break;
                    case ITestPassed passed:
                        Write(passed, "Passed", null);
                        break;
                    case ITestSkipped skipped:
                        Write(skipped, "Skipped", skipped.Reason);
                        break;
                    case ITestFailed failed:
                        Write(failed, "Failed", Describe(failed));
                        break;
                    case IErrorMessage error:
                        results.WriteLine(JsonSerializer.Serialize(new WireTest("(outside a test)", "Failed", Describe(error), 0), WireJson.Default.WireTest));
                        break;
                }
            }
            return true;
        }

        private void Write(ITestResultMessage result, string outcome, string? message)
        {
            var name = _names.GetValueOrDefault(result.TestUniqueID, result.TestUniqueID);
            results.WriteLine(JsonSerializer.Serialize(new WireTest(name, outcome, message, (double)result.ExecutionTime), WireJson.Default.WireTest));
        }

        private static string Describe(IErrorMetadata error)
        {
            var text = string.Join("\n", error.Messages) + "\n" + error.StackTraces.FirstOrDefault();
            return text.Length > MessageLength ? text[..MessageLength] : text;
        }
    }
}
