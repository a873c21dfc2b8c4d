using System.Text;
using System.Text.Json;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class GateTests
{
    private static readonly string[] Names = ["syntax", "lint", "unit", "integration", "data quality", "performance", "security", "reversibility"];

    /// <summary>What is wrong with a branch, which gate must say so, and with what words.</summary>
    public static TheoryData<string, string, string> FailingSamples => new()
    {
        { "compile-error", "syntax", "; expected" },
        { "no-code", "syntax", "no generated code" },
        { "lint-warning", "lint", "unused using" },
        { "lint-error", "lint", "too complex" },
        { "test-fails", "unit", "expected 1, got 2" },
        { "no-tests", "unit", "No test was run" },
        { "tests-hang", "unit", "took too long" },
        { "tests-die", "unit", "ended before the last" },
        { "few-lines-covered", "unit", "50 % of lines" },
        { "few-branches-covered", "unit", "10 % of branches" },
        { "empty-source", "integration", "no record" },
        { "lost-record", "integration", "999 are accounted for" },
        { "other-columns", "integration", "the metadata asks for id, email" },
        { "worker-dies", "integration", "The worker ended" },
        { "bad-data", "data quality", "800 of 1,000 records were accepted (80 %), 95 % are wanted.\nThe rule email rejected 11 records." },
        { "several-reasons", "data quality", "800 of 1,000 records were accepted (80 %), 95 % are wanted; some broke several rules" },
        { "not-as-the-metadata", "integration", "The code takes 78 of the first 1,254 records otherwise than the metadata says." },
        { "not-as-the-metadata", "integration", "gates.sample_differences" },
        { "not-as-the-metadata", "integration", "email is not what the metadata makes of it (78 records). In this one the code gives NULL" },
        { "code-ignores-rules", "data quality", "accepted 3 rows that the declared rules reject" },
        { "rows-vanish", "data quality", "went from 10 to 998" },
        { "invariant-broken", "data quality", "no order without customer" },
        { "slow", "performance", "are wanted" },
        { "slower-than-merged", "performance", "the last merged run reached" },
        { "much-memory", "performance", "2,048 MiB of memory were taken, 1,024 MiB are allowed" },
        { "more-memory-than-merged", "performance", "the last merged run took 100 MiB" },
        { "table-refused", "syntax", "near \"TABL\": syntax error" },
        { "test-without-assertion", "unit", "cannot fail" },
        { "other-rows-again", "integration", "depends on chance" },
        { "rows-of-the-dead", "integration", "stayed in the table" },
        { "not-taken-back", "reversibility", "To take back: Other than it should be: rows of users." },
        { "forbidden-api", "security", "File.ReadAllText" },
        { "secret-in-metadata", "security", "metadata holds a secret" },
        { "secret-in-code", "security", "file holds a secret" },
    };

    [Fact]
    public void A_good_branch_passes_all_gates_in_order()
    {
        var seen = new List<string>();
        var report = Judge(new Bench(), g => seen.Add(g.Name));
        Assert.All(report.Gates, gate => Assert.Equal((GateDecision.Passed, ""), (gate.Decision, string.Join("; ", gate.Findings.Select(f => f.Message)))));
        Assert.True(report.Passed);
        Assert.Equal(Names, seen);
        Assert.Equal("28/28 (coverage 97 % of lines, 90 % of branches)", report.Gates[2].Summary);
        Assert.Equal("98.9 % ≥ 95 %", report.Gates[4].Summary);
        Assert.Equal("1,000 rows/sec", report.Gates[5].Summary);
    }

    [Fact]
    public void Changes_of_the_code_that_no_test_notices_refuse_a_branch_when_they_are_too_many()
    {
        var survivor = new SurvivingMutant("generated/Validators.cs", 12, "age < 120 → age <= 120", IsReached: true);
        var good = Judge(new Bench { Mutation = new MutationResult(10, 10, [survivor]) });
        Assert.True(good.Passed);
        Assert.Equal(0.9, good.Figures.MutationScore);
        Assert.Equal("28/28 (coverage 97 % of lines, 90 % of branches, 90 % of 10 mutants noticed)", good.Gates[2].Summary);
        var bad = Judge(new Bench { Mutation = new MutationResult(10, 2, [survivor]) }).Gates[2];
        Assert.Equal(GateDecision.Failed, bad.Decision);
        Assert.Equal(("generated/Validators.cs", 12, "No test notices: age < 120 → age <= 120"),
            (bad.Findings[1].File, bad.Findings[1].Line, bad.Findings[1].Message));
    }

    [Theory]
    [MemberData(nameof(FailingSamples))]
    public void A_failing_sample_is_refused_by_its_gate(string sample, string gate, string words)
    {
        var bench = new Bench();
        bench.Spoil(sample);
        var report = Judge(bench);
        Assert.False(report.Passed);
        var refused = report.Gates.Single(g => g.Name == gate);
        Assert.Equal(GateDecision.Failed, refused.Decision);
        Assert.Contains(words, string.Join("\n", refused.Findings.Select(f => f.Message)));
        Assert.Equal(Names, report.Gates.Select(g => g.Name));
        Assert.All(report.Gates.Where(g => g.Name != gate), other => Assert.True(other.Decision != GateDecision.Failed || sample == "worker-dies", other.Name));
    }

    [Theory]
    [InlineData("compile-error", "the code does not compile")]
    [InlineData("forbidden-api", "the code uses what is forbidden")]
    public void Code_that_analysis_refuses_is_never_started(string sample, string why)
    {
        var bench = new Bench();
        bench.Spoil(sample);
        var report = Judge(bench);
        Assert.Equal((1, 0, 0), (bench.Compilations, bench.TestRuns, bench.Runs));
        foreach (var gate in report.Gates.Where(g => g.Name is "unit" or "integration" or "data quality" or "performance"))
            Assert.Equal((GateDecision.NotRun, "not run: " + why), (gate.Decision, gate.Summary));
    }

    /// <summary>What the runner says of a test that failed, and what is shown of it.</summary>
    public static TheoryData<string?, string?, string?> FailedTests => new()
    {
        { null, null, null },
        { "expected 1, got 2", "expected 1, got 2", null },
        {
            """
            Assert.Equal() Failure: Strings differ
            ↓ (pos 0)
            Expected: "abc"
            Actual:   "ABC"
            ↑ (pos 0)
               at Xunit.Assert.Equal(String expected, String actual) in /_/src/xunit.v3.assert/Asserts/StringAsserts.cs:line 875
               at A.Tests.T.Lowercase(String email) in tests/T.cs:line 51
               at InvokeStub_T.Lowercase(Object, Span`1)
            """,
            "Assert.Equal() Failure: Strings differ\nExpected: \"abc\"\nActual:   \"ABC\"", "tests/T.cs:51"
        },
        {
            "System.FormatException : no number\n   at A.Reader.Read(Text text) in generated/Ingestion.cs:line 7\n   at A.Tests.T.Reads() in tests/T.cs:line 3",
            "System.FormatException : no number\ncalled at tests/T.cs:3", "generated/Ingestion.cs:7"
        },
        { "no\n   at A.B() in ../etc/passwd.cs:line 7", "no", null },
    };

    [Theory]
    [MemberData(nameof(FailedTests))]
    public void Of_a_failed_test_is_shown_what_it_says_and_where_the_branch_s_own_files_come_in(string? message, string? shown, string? place)
    {
        var finding = FailedTest.Describe(new TestCaseResult("T.Lowercase", TestOutcome.Failed, message, 0.1), []);
        Assert.Equal(("T.Lowercase failed" + (shown is null ? "" : "\n" + shown), "tests.failed", place),
            (finding.Message, finding.Rule, finding.File is null ? null : $"{finding.File}:{finding.Line}"));
        Assert.Equal(shown, FailedTest.MessageOf([finding], "T.Lowercase"));
    }

    [Fact]
    public void Without_tests_there_is_no_coverage()
    {
        var bench = new Bench();
        bench.Spoil("no-tests");
        var report = Judge(bench);
        Assert.Equal(("no tests", "No test was run."), (report.Gates[2].Summary, Assert.Single(report.Gates[2].Findings).Message));
        Assert.Equal((0, null, null), (report.Figures.TestsTotal, report.Figures.LineCoverage, report.Figures.BranchCoverage));
    }

    [Theory]
    [InlineData("compile-error", "syntax (not run after it: lint, unit, integration, data quality, performance)")]
    [InlineData("lint-error", "lint")]
    public void Gates_that_could_not_judge_are_not_counted_among_those_that_refuse(string sample, string refused)
    {
        var bench = new Bench();
        bench.Spoil(sample);
        Assert.Equal(refused, GateSummary.DescribeRefusal(Judge(bench).ToVerdict().Gates));
    }

    [Fact]
    public void Each_piece_of_work_is_done_once()
    {
        var bench = new Bench();
        Judge(bench);
        Assert.Equal((1, 1, 1), (bench.Compilations, bench.TestRuns, bench.Runs));
    }

    [Fact]
    public void A_gate_that_breaks_has_not_passed()
    {
        var bench = new Bench { OnTest = () => throw new InvalidOperationException("secret path /home/me") };
        var report = Judge(bench);
        Assert.False(report.Passed);
        Assert.Equal(("unit", GateDecision.Failed), (report.Gates[2].Name, report.Gates[2].Decision));
        Assert.DoesNotContain("/home/me", Encoding.UTF8.GetString(report.ToBytes()));
    }

    [Fact]
    public void Thresholds_at_their_bounds_pass()
    {
        var bench = new Bench();
        bench.Sample = bench.Sample with { Rows = new RowCounts(1000, 950, 50, 0), TableRowsAfter = 960 };
        bench.Coverage = new FileCoverage("generated/Ingestion.cs", 80, 100, 60, 100, []);
        bench.Thresholds = GateThresholds.Default with { RowsPerSecond = 1000 };
        Assert.True(Judge(bench).Passed);
    }

    [Fact]
    public void Filtered_records_do_not_count_against_the_success_rate()
    {
        var bench = new Bench();
        bench.Sample = bench.Sample with { Rows = new RowCounts(1000, 96, 4, 900), TableRowsAfter = 106 };
        Assert.Equal("96 % ≥ 95 %", Judge(bench).Gates[4].Summary);
    }

    [Fact]
    public void What_changed_since_the_last_merged_run_is_a_remark()
    {
        var bench = new Bench();
        bench.Sample = bench.Sample with { Drift = [new DriftFinding("age", "nulls", "age is NULL in 20 % of the rows, 0 % in the run before.")] };
        var gate = Judge(bench).Gates[4];
        Assert.Equal((GateDecision.Passed, "98.9 % ≥ 95 %; other than before: age"), (gate.Decision, gate.Summary));
        Assert.Equal(("age is NULL in 20 % of the rows, 0 % in the run before.", "drift.nulls"), (gate.Findings[0].Message, gate.Findings[0].Rule));
        bench.Spoil("rows-vanish");
        Assert.Equal(GateDecision.Failed, Judge(bench).Gates[4].Decision);
    }

    [Fact]
    public void Small_runs_are_not_judged_by_speed()
    {
        var bench = new Bench { LastMerged = new SpeedBaseline(1_000_000, 900_000) };
        bench.Sample = bench.Sample with { Rows = new RowCounts(100, 100, 0, 0), TableRowsAfter = 110, Elapsed = TimeSpan.FromSeconds(10) };
        var gate = Judge(bench).Gates[5];
        Assert.Equal((GateDecision.Passed, "10 rows/sec (too few rows to judge)"), (gate.Decision, gate.Summary));
    }

    [Theory]
    [InlineData(0.02, 125_000, false)]
    [InlineData(0.02, 99_000, true)]
    [InlineData(0.25, 60_000, false)]
    [InlineData(0.25, 45_000, true)]
    [InlineData(5.0, 20_000, false)]
    public void Slower_than_merged_is_what_is_slower_than_the_same_code_differs_from_itself(double noise, double speed, bool isRefused)
    {
        var bench = new Bench { Noise = noise, LastMerged = new SpeedBaseline(200_000, 200_000) };
        bench.Sample = bench.Sample with
        {
            Rows = new RowCounts(100_000, 100_000, 0, 0),
            TableRowsAfter = 100_010,
            Elapsed = TimeSpan.FromSeconds(100_000 / speed),
        };
        Assert.Equal(isRefused, Judge(bench).Gates[5].Decision == GateDecision.Failed);
    }

    [Fact]
    public void What_goes_away_is_named_and_asked_about_at_the_merge()
    {
        var dropped = new DestructiveChange("column", "users", "phone", 3, "drops the column users.phone, in which 3 rows have a value");
        var bench = new Bench { Destructive = [dropped] };
        var gate = Judge(bench).Gates[7];
        Assert.Equal((GateDecision.Passed, "applied, taken back, applied again (1 table); wants a person's word for 1 destructive change"),
            (gate.Decision, gate.Summary));
        Assert.Equal(("It drops the column users.phone, in which 3 rows have a value.", "destructive.column"),
            (gate.Findings[0].Message, gate.Findings[0].Rule));
    }

    [Fact]
    public void Gates_are_asked_in_the_order_that_was_given_and_no_others()
    {
        var bench = new Bench();
        var report = new GateRunner(new ManualTime(), ["security", "lint"]).Run(new GateContext(bench.Subject, bench.Thresholds, bench));
        Assert.Equal(["security", "lint"], report.Gates.Select(g => g.Name));
        Assert.Equal(["syntax", "unit", "integration", "data quality", "performance", "reversibility"], report.LeftOut);
        Assert.Empty(Judge(bench).LeftOut);
        Assert.Equal("data quality", GateRunner.NameOf("Data-Quality"));
        Assert.Equal("gate.missing", Assert.Throws<DbVcException>(() => GateRunner.NameOf("beauty")).Code);
    }

    [Fact]
    public void A_missing_sandbox_is_shown()
    {
        var report = Judge(new Bench { Sandbox = SandboxMode.None });
        Assert.Contains("RAN WITHOUT SANDBOX", report.Gates[6].Summary);
        Assert.Contains("\"sandbox\":\"none\"", Encoding.UTF8.GetString(report.ToBytes()));
    }

    [Fact]
    public void A_report_survives_being_stored_and_its_hash_notices_any_change()
    {
        var bench = new Bench();
        bench.Spoil("bad-data");
        var report = Judge(bench);
        var bytes = report.ToBytes();
        Assert.Equal(bytes, GateReport.Parse(bytes).ToBytes());
        Assert.Equal(report.Hash, Judge(bench).Hash);
        Assert.NotEqual(report.Hash, (report with { Passed = true }).Hash);
        Assert.NotEqual(report.Hash, (report with { Code = new string('0', 40) }).Hash);
        Assert.Equal(report.Figures, GateReport.Parse(bytes).Figures);
        Assert.Equal("evidence.damaged", Assert.Throws<DbVcException>(() => GateReport.Parse(bytes.AsSpan()[..^2])).Code);
    }

    [Theory]
    [InlineData("\"gates\":[", "\"gates\":[null,")]
    [InlineData("\"branch\":\"agent-users-ingest\"", "\"branch\":\"../../etc\"")]
    [InlineData("\"branch\":\"agent-users-ingest\"", "\"branch\":null")]
    [InlineData("\"trial\":{", "\"trial\":5,\"other\":{")]
    [InlineData("\"cases\":[", "\"cases\":[{\"name\":7},")]
    [InlineData("\"figures\":{", "\"figures\":null,\"other\":{")]
    public void A_report_from_elsewhere_that_is_not_whole_is_damaged_and_nothing_worse(string whole, string broken)
    {
        var text = Encoding.UTF8.GetString(Judge(new Bench()).ToBytes());
        Assert.Contains(whole, text);
        var bytes = Encoding.UTF8.GetBytes(text.Replace(whole, broken, StringComparison.Ordinal));
        Assert.Equal("evidence.damaged", Assert.Throws<DbVcException>(() => GateReport.Parse(bytes)).Code);
    }

    [Fact]
    public void The_code_hash_is_of_names_and_content_and_not_of_order()
    {
        var subject = new Bench().Subject;
        Assert.Equal(subject.CodeHash, (subject with { Files = [.. subject.Files.Reverse()] }).CodeHash);
        Assert.NotEqual(subject.CodeHash, (subject with { Files = [.. subject.Files.Skip(1)] }).CodeHash);
        Assert.NotEqual(subject.CodeHash, (subject with { Files = [.. subject.Files.Select(f => f with { Text = f.Text + " " })] }).CodeHash);
    }

    [Fact]
    public void Results_are_written_whole_and_without_secrets()
    {
        var folder = Directory.CreateTempSubdirectory("dbvc-results-");
        try
        {
            var bench = new Bench();
            bench.Spoil("bad-data");
            bench.Sample = bench.Sample with { FirstFailures = [new RowFailure(7, 8, "email", "email", "x", "password=\"hunter2")] };
            var results = new ResultsFolder(folder.FullName, new SecretMask([]));
            results.Write(Judge(bench));
            results.Write(Judge(bench));
            using var json = JsonDocument.Parse(File.ReadAllText(results.ReportPath));
            Assert.False(json.RootElement.GetProperty("passed").GetBoolean());
            var log = File.ReadAllText(results.LogPath);
            Assert.Contains("data quality  FAILED", log);
            Assert.Contains("record 7 [email] email: password=\"***", log);
            Assert.DoesNotContain("hunter2", log + json.RootElement.GetRawText());
            Assert.Equal(["execution.log", "gates.sarif", "junit.xml", "test_results.json"],
                folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(f => f.Name).Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static GateReport Judge(Bench bench, Action<GateSummary>? gateFinished = null) =>
        new GateRunner(new ManualTime()).Run(new GateContext(bench.Subject, bench.Thresholds, bench), gateFinished);

    /// <summary>A branch that passes, until it is spoiled.</summary>
    private sealed class Bench : IGateWork
    {
        private readonly List<CodeFinding> _errors = [];
        private readonly List<CodeFinding> _lint = [];
        private readonly List<CodeFinding> _security = [];
        private readonly List<CodeFinding> _useless = [];
        private string _metadata = "{\"source\":\"users.csv\"}";
        private List<CodeFile> _files = [new("generated/Ingestion.cs", "class A;\n", false), new("tests/IngestionTests.cs", "class T;\n", true)];
        private List<TestCaseResult> _cases = [.. Enumerable.Range(1, 28).Select(i => new TestCaseResult($"Test_{i}", TestOutcome.Passed, null, 0.001))];
        private bool _finished = true;
        private bool _timedOut;

        public int Compilations { get; private set; }

        public int TestRuns { get; private set; }

        public int Runs { get; private set; }

        public SandboxMode Sandbox { get; init; } = SandboxMode.Bubblewrap;

        public GateThresholds Thresholds { get; set; } = GateThresholds.Default;

        public SpeedBaseline? LastMerged { get; set; }

        public FileCoverage Coverage { get; set; } = new("generated/Ingestion.cs", 97, 100, 90, 100, [41, 42, 43]);

        public SampleRun Sample { get; set; } = new(
            ["id", "email"], new RowCounts(1000, 989, 11, 0), TimeSpan.FromSeconds(1), 10, 999)
        {
            RejectedByRule = new Dictionary<string, long> { ["email"] = 11 },
        };

        public MutationResult? Mutation { get; init; }

        public Action OnTest { get; init; } = () => { };

        public Action OnRun { get; private set; } = () => { };

        public GateSubject Subject => new(
            BranchName.Parse("agent-users-ingest"), TaskId.Parse("t-1"), _metadata, _files, new GateExpectations(["id", "email"], 0.95))
        {
            LastMerged = LastMerged,
        };

        public CompileResult Compile()
        {
            Compilations++;
            var pipeline = _errors.Count > 0 ? null : new CompiledPipeline("A", [1], [], [1], [], new CoverageMap([], []), new MutantMap([], []));
            return new CompileResult(_errors, _lint, _security, pipeline) { Tests = _useless };
        }

        public TestRunResult Test(CompiledPipeline pipeline)
        {
            TestRuns++;
            OnTest();
            return new TestRunResult(_cases, _finished, _timedOut, [Coverage], "", TimeSpan.FromSeconds(1)) { Mutation = Mutation };
        }

        public DefinitionCheck? Definition { get; set; } = new("CREATE TABLE users (id INTEGER)", null);

        public TrialResult? Trial { get; set; } = new(default, 100, new RowCounts(100, 99, 1, 0), default, default) { KilledAfter = 50 };

        public double? Noise { get; set; } = 0.02;

        public ReversalOutcome? Reversal { get; set; } = new(["users"], []);

        public IReadOnlyList<DestructiveChange> Destructive { get; set; } = [];

        public DefinitionCheck? CheckDefinition() => Definition;

        public TrialResult? Try(CompiledPipeline pipeline) => Trial;

        public double? MeasureNoise(CompiledPipeline pipeline) => Noise;

        public ReversalOutcome? TakeBack() => Reversal;

        public IReadOnlyList<DestructiveChange> FindDestructive() => Destructive;

        public SampleRun Run(CompiledPipeline pipeline)
        {
            Runs++;
            OnRun();
            return Sample;
        }

        public void Spoil(string sample)
        {
            if (!SpoilCode(sample) && !SpoilTests(sample) && !SpoilRun(sample)) throw new ArgumentException("There is no sample " + sample, nameof(sample));
        }

        private bool SpoilCode(string sample)
        {
            switch (sample)
            {
                case "compile-error": _errors.Add(new("CS1002", true, "generated/Ingestion.cs", 7, 3, "; expected")); break;
                case "no-code": _files = [_files[1]]; break;
                case "table-refused": Definition = new(null, new("near \"TABL\": syntax error") { Rule = "database.sql" }); break;
                case "not-taken-back": Reversal = new(["users"], [new("take back", "Other than it should be: rows of users.")]); break;
                case "lint-warning": _lint.Add(new("IDE0005", false, "generated/Ingestion.cs", 1, 1, "unused using")); break;
                case "lint-error": _lint.Add(new("lint.complexity", true, "generated/Ingestion.cs", 1, 1, "too complex")); break;
                case "forbidden-api": _security.Add(new("security.api", true, "generated/Ingestion.cs", 9, 1, "File.ReadAllText is not allowed")); break;
                case "secret-in-metadata": _metadata = "{\"source\":\"postgres://app:hunter2@db/prod\"}"; break;
                case "secret-in-code": _files[0] = _files[0] with { Text = "var key = \"AKIAIOSFODNN7EXAMPLE\";\n" }; break;
                default: return false;
            }

            return true;
        }

        private bool SpoilTests(string sample)
        {
            switch (sample)
            {
                case "test-fails": _cases[3] = new("Test_4", TestOutcome.Failed, "expected 1, got 2", 0.1); break;
                case "test-without-assertion": _useless.Add(new("tests.no-assertion", true, "tests/T.cs", 3, 1, "A: The test cannot fail.")); break;
                case "no-tests": _cases = []; break;
                case "tests-hang": (_finished, _timedOut) = (false, true); break;
                case "tests-die": _finished = false; break;
                case "few-lines-covered": Coverage = Coverage with { LinesCovered = 50 }; break;
                case "few-branches-covered": Coverage = Coverage with { BranchesCovered = 10 }; break;
                default: return false;
            }

            return true;
        }

        private bool SpoilRun(string sample)
        {
            switch (sample)
            {
                case "empty-source": Sample = Sample with { Rows = new RowCounts(0, 0, 0, 0), TableRowsAfter = 10 }; break;
                case "several-reasons":
                    Spoil("bad-data");
                    Sample = Sample with { RejectedByRule = new Dictionary<string, long> { ["email"] = 150, ["age"] = 100 } };
                    break;
                case "not-as-the-metadata":
                    Sample = Sample with
                    {
                        Compared = new SampleComparison(1254, 78,
                            [new("email is not what the metadata makes of it", 78, 22, "the code gives NULL, the metadata a value")]),
                    };
                    break;
                case "lost-record": Sample = Sample with { Rows = new RowCounts(1000, 989, 10, 0) }; break;
                case "other-columns": Sample = Sample with { Columns = ["id"] }; break;
                case "worker-dies": OnRun = () => throw new DbVcException(FailureKind.Failed, "worker.died", "The worker ended."); break;
                case "bad-data": Sample = Sample with { Rows = new RowCounts(1000, 800, 200, 0), TableRowsAfter = 810 }; break;
                case "code-ignores-rules":
                    Sample = Sample with { Disagreements = 3, FirstDisagreements = [new RowFailure(5, 6, "age", "range", "-1", "Age must be positive")] };
                    break;
                case "rows-vanish": Sample = Sample with { TableRowsAfter = 998 }; break;
                case "invariant-broken":
                    Sample = Sample with { Violations = [new("invariant", "orders", "7", "no order without customer")] };
                    break;
                case "much-memory": Sample = Sample with { PeakMemory = 2L << 30 }; break;
                case "more-memory-than-merged":
                    Sample = Sample with { PeakMemory = 300L << 20 };
                    LastMerged = new SpeedBaseline(1000, 1000) { PeakMemory = 100L << 20 };
                    break;
                case "other-rows-again": Trial = Trial! with { Problems = [new("something depends on chance") { Rule = "trial.repeat" }] }; break;
                case "rows-of-the-dead": Trial = Trial! with { Problems = [new("some rows stayed in the table") { Rule = "trial.killed" }] }; break;
                case "slow": Sample = Sample with { Elapsed = TimeSpan.FromSeconds(3) }; break;
                case "slower-than-merged":
                    Sample = Sample with
                    {
                        Rows = new RowCounts(100_000, 100_000, 0, 0),
                        TableRowsAfter = 100_010,
                        Elapsed = TimeSpan.FromSeconds(1),
                    };
                    LastMerged = new SpeedBaseline(200_000, 250_000);
                    break;
                default: return false;
            }

            return true;
        }
    }
}
