using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DbVc.PipelineRuntime;

namespace DbVc.Worker;

/// <summary>
/// Starts the test process, keeps its time, and collects what it wrote; a test that hangs or kills its process costs only the tests after it.
/// </summary>
internal static class TestLauncher
{
    private const int OutputBytes = 64 * 1024;
    private const int ResultLines = 100_000;
    private const int ResultLetters = 8 << 20;
    private const int MostBytes = 1 << 20;
    private const int MostBroken = 5;
    private const int HungSeconds = 10;

    public static (TestReply Reply, ReadOnlyMemory<byte> Hits, ReadOnlyMemory<byte> Mutants) Run(TestRequestHeader request, byte[] assembly, byte[] symbols)
    {
        var folder = Directory.CreateTempSubdirectory("db-vc-tests-").FullName;
        try
        {
            var path = Path.Combine(folder, request.AssemblyName + ".dll");
            NewFile.Write(path, assembly);
            NewFile.Write(Path.ChangeExtension(path, ".pdb"), symbols);
            var mutantTime = TimeSpan.FromSeconds(request.MutantSeconds);
            var (exitCode, output) = Start(folder, path, TimeSpan.FromSeconds(request.Seconds), mutantTime, 0);
            var tests = ReadResults(Path.Combine(folder, TestProgram.ResultsFile), out var finished);
            var hits = ReadBytes(Path.Combine(folder, TestProgram.HitsFile));
            // Once all tests had ended, only a mutant can have held the process up.
            var reply = new TestReply(tests, finished, exitCode is null && !finished, exitCode ?? -1, output);
            return (reply, hits, finished ? GoOn(folder, path, mutantTime) : []);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>Each mutant that broke the process or held it up is noted, and a new process goes on with the next.</summary>
    private static byte[] GoOn(string folder, string path, TimeSpan time)
    {
        var outcomes = ReadBytes(TestProgram.MutantsFile(folder, 0));
        var ended = Path.Combine(folder, TestProgram.MutantsEndedFile);
        for (var broken = 0; File.Exists(TestProgram.MutantsFile(folder, 0)) && !File.Exists(ended) && broken < MostBroken; broken++)
        {
            outcomes = [.. outcomes, (byte)MutantOutcome.Broke];
            Start(folder, path, TimeSpan.FromSeconds(HungSeconds), time / MostBroken, outcomes.Length);
            outcomes = [.. outcomes, .. ReadBytes(TestProgram.MutantsFile(folder, outcomes.Length))];
        }
        return outcomes;
    }

    /// <summary>Nothing where there is no such file; at most a megabyte, which no honest test process needs.</summary>
    private static byte[] ReadBytes(string path)
    {
        if (!File.Exists(path))
            return [];
        using var file = File.OpenRead(path);
        var bytes = new byte[Math.Min(file.Length, MostBytes)];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    /// <summary>The exit code, null when time ran out, and what was printed.</summary>
    private static (int? ExitCode, string Output) Start(string folder, string assembly, TimeSpan testTime, TimeSpan mutantTime, int known)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList =
            {
                typeof(TestLauncher).Assembly.Location, "tests", folder, assembly, mutantTime.TotalSeconds.ToString(CultureInfo.InvariantCulture),
                known.ToString(CultureInfo.InvariantCulture),
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExit(testTime + mutantTime);
        if (!ended)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        lock (output)
            return (ended ? process.ExitCode : null, output.ToString());
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            if (line is not null && output.Length < OutputBytes)
                output.Append(line.AsSpan(0, Math.Min(line.Length, OutputBytes - output.Length))).Append('\n');
        }
    }

    /// <summary>One JSON line per test; a line of its own says that the last one has ended.</summary>
    private static WireTest[] ReadResults(string path, out bool finished)
    {
        finished = false;
        var tests = new List<WireTest>();
        if (!File.Exists(path))
            return [];
        var letters = 0L;
        foreach (var line in File.ReadLines(path).Take(ResultLines).TakeWhile(line => (letters += line.Length) <= ResultLetters))
        {
            if (line == TestProgram.Finished)
            {
                finished = true;
                break;
            }
            try
            {
                tests.Add(JsonSerializer.Deserialize(line, WireJson.Default.WireTest)!);
            }
            catch (JsonException)
            {
                // The process ended while it wrote this line.
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a test result of {line.Length} letters is cut off"));
            }
        }
        return [.. tests];
    }
}
