using DbVc.Model;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>
/// Tests that attack. What tests say of themselves can be made up, since it is made beside them; these show how far that goes, and that it goes no further.
/// </summary>
[Collection(nameof(EscapeCollection))]
public sealed class HostileTestTests(EscapeHost host) : IClassFixture<EscapeHost>
{
    private const string Code =
        """
        namespace Sample;

        public static class Numbers
        {
            public static int Twice(int number)
            {
                return number * 2;
            }
        }

        """;

    /// <summary>A test that ends as told: what it tries is refused, so it passes.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "its own results are written by nobody else", """Attack.Throws("results", () => Open(Folder + "/results.jsonl"));""" },
        { "no file stands for another", """Attack.Call("symlink", 88, Attack.Name("/proc/self/fd/3"), Attack.Name(Folder + "/hits.bin"));""" },
        { "nothing forks", """Attack.Calls(("fork", 57), ("vfork", 58), ("execve", 59), ("clone3", 435)); Attack.Call("clone", 56, 17);""" },
        { "nothing runs on behind it", """Attack.Throws("start", () => System.Diagnostics.Process.Start("/dotnet/dotnet"));""" },
        { "the launcher's memory", """foreach (var f in new[] { $"/proc/{Parent}/mem", "/proc/self/mem", "/proc/1/mem" }) Attack.Throws(f, () => Open(f));""" },
        { "the launcher's pipes", """for (var fd = 0; fd < 64; fd++) { var f = $"/proc/{Parent}/fd/{fd}"; Attack.Throws(f, () => Open(f)); }""" },
        { "nothing outside is read", """Attack.Unreadable("/etc/passwd", "{home}", "{repository}", "{live}");""" },
        { "nothing outside is written", """Attack.Unwritable("/", "/worker/", "{repository}/", "/dev/shm/");""" },
        { "there is no network", """Attack.Calls(("socket", 41), ("socketpair", 53));""" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_a_test_tries_is_refused(string name, string body)
    {
        var result = Run(body);
        Assert.True(result.Succeeded, $"{name}: {string.Join("\n", result.Cases)}\n{result.Output}");
    }

    /// <summary>Each ends in a failure with one of these codes, or in tests that did not succeed.</summary>
    public static TheoryData<string, string> Broken => new()
    {
        { "Attack.Raw(62, Attack.Raw(110), 9); while (true) { }", "worker.died" },
        { "Attack.Raw(62, -1, 9); while (true) { }", "worker.died" },
        { "Attack.Raw(62, Attack.Raw(39), 9); while (true) { }", "" },
        { "Environment.Exit(0);", "" },
        { "while (true) { }", "" },
        { "while (true) Console.WriteLine(new string('x', 1000));", "" },
        { "using var f = new FileStream(\"/tmp/fill\", FileMode.CreateNew); while (true) { f.Write(new byte[1 << 20]); f.Flush(); }", "worker.failed" },
        { "var keep = new System.Collections.Generic.List<byte[]>(); while (true) keep.Add(new byte[1 << 20]);", "" },
        { "while (true) new System.Threading.Thread(() => System.Threading.Thread.Sleep(100000)).Start();", "" },
        { "throw new Exception(\"\\u001b[2J\\u202e\" + new string('x', 10_000_000));", "" },
        { "File.Delete(Folder + \"/results.jsonl\"); Directory.CreateDirectory(Folder + \"/results.jsonl\");", "worker.failed" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_test_that_breaks_something_never_counts_as_passed(string body, string code)
    {
        try
        {
            var result = Run(body);
            Assert.False(result.Succeeded);
            Assert.True(result.Output.Length < 200_000);
            Assert.DoesNotContain(result.Cases, test => (test.Name + test.Message).Any(letter => char.IsControl(letter) && letter != '\n'));
        }
        catch (DbVcException failure)
        {
            Assert.Equal(code, failure.Code);
        }
        host.RequireUntouched();
    }

    /// <summary>What can be made up: names, outcomes, coverage and mutants, within bounds; the data that a pipeline delivers is judged without them.</summary>
    [Fact]
    public void A_test_can_make_up_what_it_says_about_itself_and_no_more()
    {
        var forged = """
            var line = "{\"Name\":\"\\u001b[2Jall is well\",\"Outcome\":\"Passed\",\"Message\":null,\"Seconds\":-1e300}";
            File.Delete(Folder + "/results.jsonl");

            """;
        forged += Write("results.jsonl", "string.Join(\"\\n\", Enumerable.Repeat(line, 70_000)) + \"\\nfinished\\n\"")
            + Write("hits.bin", "new string((char)1, 500_000)")
            + Write("mutants-0.bin", "new string((char)1, 500_000)") + Write("mutants.ended", "\"\"");
        var result = Run(forged + "Environment.Exit(0);", withMutants: true);
        Assert.InRange(result.Cases.Count, 1, 100_000);
        Assert.All(result.Cases, test => Assert.Equal(("[2Jall is well", 0.0), (test.Name, test.Seconds)));
        Assert.All(result.Coverage, file => Assert.True(file.LinesCovered <= file.Lines && file.BranchesCovered <= file.Branches));
        Assert.True(result.Mutation is null || result.Mutation.Tried <= result.Mutation.Total);
        host.RequireUntouched();
    }

    [Fact]
    public void Results_without_end_are_cut_off()
    {
        var result = Run("File.Delete(Folder + \"/results.jsonl\"); " + Write("results.jsonl", "new string('x', 6_000_000)") + "Environment.Exit(0);");
        Assert.False(result.Succeeded);
        Assert.Empty(result.Cases);
    }

    private static string Write(string file, string text) =>
        $"using (var f = new StreamWriter(new FileStream(Folder + \"/{file}\", FileMode.CreateNew))) f.Write({text}); ";

    private TestRunResult Run(string body, bool withMutants = false)
    {
        var test = $$"""
            using System;
            using System.IO;
            using System.Linq;
            using Xunit;

            namespace Sample;

            public sealed class HostileTests
            {
                private static string Folder => Directory.GetCurrentDirectory();

                private static void Open(string path) => new FileStream(path, FileMode.Open, FileAccess.Write).Dispose();

                private static nint Parent => Attack.Raw(110);

                [Fact]
                public void Attacks()
                {
                    {{body}}
                }

                [Fact]
                public void Works() => Assert.Equal(4, Numbers.Twice(2));
            }

            """;
        var pipeline = host.Compile(("generated/Numbers.cs", Code), ("tests/Attack.cs", AttackCode.Text), ("tests/T.cs", host.Fill(test)));
        using var session = WorkerSession.Start(WorkerFixture.Options with { Limits = EscapeProgram.Tight });
        return session.RunTests(pipeline, withMutants, CancellationToken.None);
    }
}
