using DbVc.Model;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

public sealed class RunTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    [Fact]
    public void Rows_rejections_and_filtered_records_arrive_as_the_pipeline_sent_them()
    {
        var rows = new RowCollector();
        var summary = Run("Ada\n# comment\nR2D2\nÅsa\n", rows);
        Assert.Equal(["1: Ada | 3", "4: Åsa | 3"], rows.Rows);
        Assert.Equal([2L], rows.FilteredRecords);
        var rejected = Assert.Single(rows.RejectedRecords);
        Assert.Equal((3L, 3L, "R2D2", false), (rejected.Record, rejected.Line, rejected.RawText, rejected.RawCut));
        Assert.Equal([new RejectionReason("name", "name", "R2D2", "The name must be letters.")], rejected.Reasons);
        Assert.Equal((4L, 2L, 1L, 1L), (summary.Records, summary.Rows, summary.Rejected, summary.Filtered));
    }

    [Fact]
    public void Many_rows_arrive_in_order()
    {
        var rows = new RowCollector();
        var names = Enumerable.Range(0, 50_000).Select(number => new string((char)('a' + number % 26), number % 40 + 1)).ToList();
        Run(string.Join('\n', names) + "\n", rows);
        Assert.Equal(names.Select((name, number) => $"{number + 1}: {name} | {name.Length}"), rows.Rows);
    }

    [Fact]
    public void An_empty_source_gives_no_rows() => Assert.Equal(0, Run("", new RowCollector()).Rows);

    [Fact]
    public void A_run_stops_at_its_limit_of_records()
    {
        var rows = new RowCollector();
        var summary = Run("a\nb\nc\nd\n", rows, 2);
        Assert.Equal(["1: a | 1", "2: b | 1"], rows.Rows);
        Assert.Equal(2, summary.Records);
    }

    [Fact]
    public void A_session_runs_more_than_once()
    {
        using var source = TemporarySource.Create("a\nb\n");
        using var session = WorkerSession.Start(WorkerFixture.Options, source.Source);
        for (var round = 0; round < 3; round++)
        {
            var rows = new RowCollector();
            session.Run(new RunRequest(Compiled(), Samples.CountLines), rows, TestContext.Current.CancellationToken);
            Assert.Equal(["1: a | 1", "2: b | 1"], rows.Rows);
        }
    }

    [Fact]
    public void All_kinds_of_values_arrive_exactly()
    {
        const string code =
            """
            using System.Collections.Generic;
            using System.IO;
            using System.Linq;
            using DbVc.PipelineRuntime;

            public sealed class Kinds : IPipeline
            {
                public IReadOnlyList<PipelineColumn> Columns =>
                    [new("i", CellKind.Integer), new("r", CellKind.Real), new("t", CellKind.Text), new("b", CellKind.Blob)];

                public void Run(Stream source, IRowSink sink)
                {
                    long[] integers = [0, 1, -1, long.MaxValue, long.MinValue, 1 << 20];
                    double[] reals = [0, -0.0, double.MaxValue, double.Epsilon, double.NegativeInfinity, 0.1];
                    for (var i = 0; i < integers.Length; i++)
                    {
                        sink.Begin(i + 1);
                        sink.Integer(integers[i]);
                        sink.Real(reals[i]);
                        sink.Text("x\0é😀"u8);
                        sink.Blob([0, 255, (byte)i]);
                        sink.Accept();
                    }
                    sink.Begin(7);
                    sink.Null();
                    sink.Null();
                    sink.Text(""u8);
                    sink.Blob(Enumerable.Repeat((byte)7, 3_000_000).ToArray());
                    sink.Accept();
                }
            }

            """;
        var rows = new RowCollector();
        using var source = TemporarySource.Create("1\n2\n3\n4\n5\n6\n7\n");
        using var session = WorkerSession.Start(WorkerFixture.Options, source.Source);
        session.Run(new RunRequest(worker.CompileClean(("generated/Kinds.cs", code)), Samples.CountLines), rows, TestContext.Current.CancellationToken);
        string[] numbers =
        [
            "0 | 0", "1 | -0", "-1 | 1.7976931348623157E+308", "9223372036854775807 | 5E-324", "-9223372036854775808 | -Infinity", "1048576 | 0.1",
        ];
        Assert.Equal(numbers.Select((pair, i) => $"{i + 1}: {pair} | x\0é😀 | 00ff{i:x2}"), rows.Rows.Take(6));
        Assert.Equal("7: NULL | NULL |  | " + string.Concat(Enumerable.Repeat("07", 3_000_000)), rows.Rows[6]);
    }

    [Fact]
    public void An_exception_in_the_pipeline_names_type_record_and_line()
    {
        var error = worker.RunBodyFails("Accept(sink, 1, \"a\");\n        sink.Begin(2);\n        throw new FormatException(\"bad thing\");");
        Assert.Equal("pipeline.failed", error.Code);
        Assert.Equal("System.FormatException: bad thing", error.Message);
        Assert.Equal("record 2, generated/Ingestion.cs:18", error.Where);
    }

    public static TheoryData<string, string> BrokenContracts => new()
    {
        { "sink.Text(\"a\"u8);", "outside a record" },
        { "sink.Begin(1); sink.Accept();", "after 0 of 1 cells" },
        { "sink.Begin(1); sink.Null(); sink.Null();", "More than 1 cells" },
        { "sink.Begin(1); sink.Integer(1);", "takes Text, not Integer" },
        { "sink.Begin(1); sink.Begin(2);", "before the record before it ended" },
        { "sink.Begin(1); sink.Null();", "returned inside a record" },
        { "sink.Begin(1); sink.Reject(1, default);", "without a failure" },
        { "sink.Begin(1); sink.Null(); sink.Fail(\"\", \"r\", default, \"\"); sink.Accept();", "with failures" },
        { "sink.Filter();", "outside a record" },
        { "sink.Begin(1); sink.Text(new byte[17_000_000]);", "larger than the allowed" },
    };

    [Theory]
    [MemberData(nameof(BrokenContracts))]
    public void A_pipeline_that_breaks_its_contract_is_stopped(string body, string message)
    {
        var error = worker.RunBodyFails(body);
        Assert.Equal("pipeline.contract", error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Accept(sink, 1, \"a\"); Accept(sink, 3, \"c\");", "1 of 3 records never came back (2)")]
    [InlineData("foreach (var record in new[] { 1, 2, 2, 3 }) Accept(sink, record, \"\");", "more than once (2)")]
    [InlineData("foreach (var record in new[] { 1, 2, 3, 4, 0, -5 }) Accept(sink, record, \"\");", "does not have (4, 0, -5)")]
    [InlineData("Accept(sink, long.MinValue, \"\"); Accept(sink, long.MaxValue, \"\");", "3 of 3 records never came back (1, 2, 3)")]
    public void Records_that_are_lost_doubled_or_made_up_are_named(string body, string message)
    {
        var error = worker.RunBodyFails(body);
        Assert.Equal("worker.records", error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_no_text_is_refused_with_its_record()
    {
        var error = worker.RunBodyFails("sink.Begin(1); sink.Text([0xff]); sink.Accept();");
        Assert.Equal("worker.protocol", error.Code);
        Assert.Contains("record 1, column text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_pipeline_and_two_pipelines_are_refused()
    {
        using var source = TemporarySource.Create("a\n");
        using var session = WorkerSession.Start(WorkerFixture.Options, source.Source);
        var pipeline = worker.CompileClean(("generated/A.cs", "public class A;\n"));
        var request = new RunRequest(pipeline, Samples.CountLines);
        var error = Assert.Throws<DbVcException>(() => session.Run(request, new RowCollector(), TestContext.Current.CancellationToken));
        Assert.Equal("pipeline.invalid", error.Code);
    }

    [Fact]
    public void Cancelling_stops_a_run_and_its_processes()
    {
        using var source = TemporarySource.Create("a\n");
        using var session = WorkerSession.Start(WorkerFixture.Options, source.Source);
        var pipeline = worker.CompileClean(("generated/Ingestion.cs", Samples.WithBody("while (true)\n        {\n        }")));
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Assert.ThrowsAny<OperationCanceledException>(() => session.Run(new RunRequest(pipeline, Samples.CountLines), new RowCollector(), cancellation.Token));
        Assert.False(Directory.Exists($"/proc/{session.ProcessId}"));
    }

    [Fact]
    public void A_receiver_that_throws_ends_the_session()
    {
        using var source = TemporarySource.Create("a\n");
        using var session = WorkerSession.Start(WorkerFixture.Options, source.Source);
        var request = new RunRequest(Compiled(), _ => throw new InvalidOperationException("count"));
        Assert.Throws<InvalidOperationException>(() => session.Run(request, new RowCollector(), TestContext.Current.CancellationToken));
        Assert.Throws<ObjectDisposedException>(() => session.Run(request, new RowCollector(), TestContext.Current.CancellationToken));
    }

    private RunSummary Run(string text, RowCollector rows, long? limit = null)
    {
        using var source = TemporarySource.Create(text);
        using var session = WorkerSession.Start(WorkerFixture.Options, source.Source);
        return session.Run(new RunRequest(Compiled(), Samples.CountLines) { MaxRecords = limit }, rows, TestContext.Current.CancellationToken);
    }

    private CompiledPipeline Compiled() =>
        worker.CompileClean(("generated/Ingestion.cs", Samples.Ingestion), ("generated/Validators.cs", Samples.Validators));
}
