using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using DbVc.PipelineRuntime;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace DbVc.Worker;

/// <summary>The test process: runs an assembly's xunit tests and writes one line per test as it ends, and the coverage at the end.</summary>
internal static class TestProgram
{
    public const string ResultsFile = "results.jsonl";
    public const string HitsFile = "hits.bin";
    public const string Finished = "finished";

    public static int Run(string folder, string assemblyPath)
    {
        var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(assemblyPath);
        using var results = new StreamWriter(Path.Combine(folder, ResultsFile)) { AutoFlush = true };
        var sink = new ResultSink(results);
        RunTests(assembly, sink).GetAwaiter().GetResult();
        if (assembly.GetType(ProbeList.TypeName)?.GetField(ProbeList.HitsField, BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is byte[] hits)
            File.WriteAllBytes(Path.Combine(folder, HitsFile), hits);
        results.WriteLine(Finished);
        return 0;
    }

    private static async Task RunTests(Assembly assembly, ResultSink sink)
    {
        TestContext.SetForInitialization(null, false, false);
        var framework = ExtensibilityPointFactory.GetTestFramework(assembly);
        var front = new InProcessFrontController(framework, assembly, null);
        await using var started = framework as IAsyncDisposable;
        using var cancellation = new CancellationTokenSource();
        var options = new TestOptions();
        options.SetValue("xunit.execution.DisableParallelization", true);
        await front.FindAndRun(sink, options, options, _ => true, cancellation);
    }

    /// <summary>Notes how each test ended. Names come with the message that a test starts, outcomes with the one that it ended.</summary>
    private sealed class ResultSink(StreamWriter results) : IMessageSink
    {
        private const int MessageLength = 4000;
        private readonly Dictionary<string, string> _names = [];

        public bool OnMessage(IMessageSinkMessage message)
        {
            lock (_names)
            {
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
