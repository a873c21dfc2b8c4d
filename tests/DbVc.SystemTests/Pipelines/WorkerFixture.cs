using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>One analysis session for all tests of a class, since its first compilation is the slow one; execution sessions are each test's own.</summary>
public sealed class WorkerFixture : IDisposable
{
    private readonly Lazy<WorkerSession> _analysis = new(() => WorkerSession.Start(Options));

    public static WorkerOptions Options { get; } = new(WorkerLocation.Find());

    /// <summary>Small enough that a hostile pipeline meets them soon.</summary>
    public static WorkerLimits TightLimits { get; } = new()
    {
        RunTime = TimeSpan.FromSeconds(8),
        TestTime = TimeSpan.FromSeconds(8),
        MemoryBytes = 256L << 20,
        TemporaryBytes = 16L << 20,
    };

    public CompileResult Compile(params (string Path, string Text)[] files)
    {
        lock (_analysis)
        {
            var code = files.Select(file => new CodeFile(file.Path, file.Text, file.Path.StartsWith("tests/", StringComparison.Ordinal)));
            return _analysis.Value.Compile("Sample", [.. code], TestContext.Current.CancellationToken);
        }
    }

    public CompiledPipeline CompileClean(params (string Path, string Text)[] files)
    {
        var result = Compile(files);
        Assert.True(result.Succeeded, string.Join("\n", result.Errors));
        return result.Pipeline!;
    }

    /// <summary>Runs the body of <c>IPipeline.Run</c> over a source of some lines.</summary>
    public RunSummary RunBody(string body, RowCollector rows, string source = "one\ntwo\nthree\n", string members = "", WorkerLimits? limits = null)
    {
        var pipeline = CompileClean(("generated/Ingestion.cs", Samples.WithBody(body, members)));
        using var file = TemporarySource.Create(source);
        using var session = WorkerSession.Start(Options with { Limits = limits ?? TightLimits }, file.Source);
        return session.Run(new RunRequest(pipeline, Samples.CountLines), rows, TestContext.Current.CancellationToken);
    }

    public DbVcException RunBodyFails(string body, string members = "", WorkerLimits? limits = null) =>
        Assert.Throws<DbVcException>(() => RunBody(body, new RowCollector(), members: members, limits: limits));

    public void Dispose()
    {
        if (_analysis.IsValueCreated)
            _analysis.Value.Dispose();
    }
}

/// <summary>A source file that is deleted at the end.</summary>
public sealed class TemporarySource : IDisposable
{
    private TemporarySource(string path) => (Path, Source) = (path, SourceFile.Open(path));

    public string Path { get; }

    public SourceFile Source { get; }

    public static TemporarySource Create(string text) => Create(System.Text.Encoding.UTF8.GetBytes(text));

    public static TemporarySource Create(byte[] bytes)
    {
        var path = System.IO.Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);
        return new TemporarySource(path);
    }

    public void Dispose()
    {
        Source.Dispose();
        File.Delete(Path);
    }
}

/// <summary>Keeps everything that a run delivers, as text.</summary>
public sealed class RowCollector : IRowReceiver
{
    private IReadOnlyList<PipelineColumn> _columns = [];

    public List<string> Rows { get; } = [];

    public List<RejectedRecord> RejectedRecords { get; } = [];

    public List<long> FilteredRecords { get; } = [];

    public List<long> FilteredRows { get; } = [];

    public void Columns(IReadOnlyList<PipelineColumn> columns) => _columns = columns;

    public void Row(long record, RowView row)
    {
        var cells = new List<string>();
        for (var column = 0; column < row.Count; column++)
        {
            cells.Add(row.KindAt(column) switch
            {
                null => "NULL",
                CellKind.Integer => row.Integer(column).ToString(System.Globalization.CultureInfo.InvariantCulture),
                CellKind.Real => row.Real(column).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
                CellKind.Text => System.Text.Encoding.UTF8.GetString(row.Bytes(column)),
                _ => Convert.ToHexStringLower(row.Bytes(column)),
            });
        }
        Assert.Equal(_columns.Count, row.Count);
        Rows.Add($"{record}: {string.Join(" | ", cells)}");
    }

    public void Rejected(RejectedRecord rejected) => RejectedRecords.Add(rejected);

    public void FilteredRow(long record, RowView row) => FilteredRows.Add(record);

    public void Filtered(long record) => FilteredRecords.Add(record);
}
