using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Turns the worker's messages into results, checking every number and length that anything here relies on.</summary>
internal static class ReplyReader
{
    private const int MaxTests = 100_000;

    public static CompileResult Compiled(string assemblyName, IReadOnlyList<CodeFile> files, CompileReply reply, byte[][] blobs)
    {
        var errors = Findings(reply.Diagnostics);
        var coverage = Coverage([.. files.Select(file => file.Path)], reply.Coverage);
        var pipeline = blobs[0].Length == 0 ? null : new CompiledPipeline(assemblyName, blobs[0], blobs[1], blobs[2], blobs[3], coverage,
            Mutants([.. files.Select(file => file.Path)], reply.Mutants));
        return new CompileResult(errors, Findings(reply.Lint), Findings(reply.Security), pipeline) { Tests = Findings(reply.Tests) };
    }

    public static TestRunResult Tested(CompiledPipeline pipeline, TestReply reply, byte[][] blobs, TimeSpan elapsed)
    {
        if (reply.Tests is null || reply.Tests.Length > MaxTests)
            throw new WireException("the test report has no or too many tests");
        var cases = reply.Tests.Select(test => new TestCaseResult(
            WorkerChannel.Clean(test?.Name ?? "", 400),
            test?.Outcome switch
            {
                nameof(TestOutcome.Passed) => TestOutcome.Passed,
                nameof(TestOutcome.Failed) => TestOutcome.Failed,
                nameof(TestOutcome.Skipped) => TestOutcome.Skipped,
                _ => throw new WireException("a test has no known outcome"),
            },
            test.Message is null ? null : CleanLines(test.Message),
            Seconds(test.Seconds).TotalSeconds)).ToList();
        return new TestRunResult(cases, reply.Finished, reply.TimedOut, FileCoverages(pipeline.Coverage, blobs[0]), CleanLines(reply.Output ?? ""), elapsed)
        {
            Mutation = Mutation(pipeline.Mutants, blobs[1]),
        };
    }

    public static IReadOnlyList<PipelineColumn> Columns(ColumnsReply reply)
    {
        if (reply.Columns is null || reply.Columns.Length is 0 or > WireLimits.Columns)
            throw new WireException($"a pipeline must have from 1 to {WireLimits.Columns} columns");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in reply.Columns)
        {
            if (string.IsNullOrEmpty(column?.Name) || Encoding.UTF8.GetByteCount(column.Name) > WireLimits.ColumnNameBytes || column.Name.Any(char.IsControl))
                throw new WireException("a column has no usable name");
            if (column.Kind is < (int)CellKind.Integer or > (int)CellKind.Blob)
                throw new WireException($"a column has the unknown kind {column.Kind}");
            if (!names.Add(column.Name))
                throw new WireException($"the column {column.Name} comes twice");
        }
        return [.. reply.Columns.Select(column => new PipelineColumn(column.Name, (CellKind)column.Kind))];
    }

    /// <summary>A duration by the worker's own account; nonsense becomes zero.</summary>
    public static TimeSpan Seconds(double seconds) =>
        double.IsFinite(seconds) && seconds is >= 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;

    private static List<CodeFinding> Findings(WireFinding[] findings) =>
        [.. findings.Select(finding =>
            new CodeFinding(finding.Rule, finding.IsError, finding.File, finding.Line, finding.Column, CleanLines(finding.Message))
            {
                Symbol = finding.Symbol is null ? null : WorkerChannel.Clean(finding.Symbol, 400),
            })];

    private static CoverageMap Coverage(IReadOnlyList<string> files, WireCoverage coverage)
    {
        var probes = new CoverageProbe[coverage.Files.Length];
        if (coverage.Lines.Length != probes.Length || coverage.IsBranch.Length != probes.Length)
            throw new WireException("the coverage map is malformed");
        for (var i = 0; i < probes.Length; i++)
        {
            if ((uint)coverage.Files[i] >= (uint)files.Count)
                throw new WireException("the coverage map names an unknown file");
            probes[i] = new CoverageProbe(coverage.Files[i], coverage.Lines[i], coverage.IsBranch[i]);
        }
        return new CoverageMap(files, probes);
    }

    private static MutantMap Mutants(IReadOnlyList<string> files, WireMutants reply)
    {
        var count = reply.Files.Length;
        if (reply.Lines.Length != count || reply.Changes.Length != count || reply.Files.Any(file => (uint)file >= (uint)files.Count))
            throw new WireException("the list of mutants is malformed");
        return new MutantMap(files, [.. reply.Files.Select((file, i) => new Mutant(file, reply.Lines[i], WorkerChannel.Clean(reply.Changes[i], 400)))]);
    }

    private static MutationResult? Mutation(MutantMap map, byte[] outcomes)
    {
        if (outcomes.Length == 0) return null;
        var tried = outcomes.Take(map.Mutants.Count).TakeWhile(outcome => outcome != (byte)MutantOutcome.NotTried).ToList();
        var survivors = map.Mutants.Zip(tried).Where(m => (MutantOutcome)m.Second is not (MutantOutcome.Killed or MutantOutcome.Broke))
            .Select(m => new SurvivingMutant(map.Files[m.First.File], m.First.Line, m.First.Change, (MutantOutcome)m.Second != MutantOutcome.NotReached));
        return new MutationResult(map.Mutants.Count, tried.Count, [.. survivors]);
    }

    private static List<FileCoverage> FileCoverages(CoverageMap map, byte[] hits)
    {
        var result = new List<FileCoverage>();
        foreach (var file in map.Probes.Select((probe, number) => (probe, hit: number < hits.Length && hits[number] != 0)).GroupBy(entry => entry.probe.File))
        {
            var lines = file.Where(entry => !entry.probe.IsBranch).GroupBy(entry => entry.probe.Line).ToList();
            var missed = lines.Where(line => !line.Any(entry => entry.hit)).Select(line => line.Key).Order().ToList();
            var branches = file.Where(entry => entry.probe.IsBranch).ToList();
            result.Add(new FileCoverage(map.Files[file.Key], lines.Count - missed.Count, lines.Count,
                branches.Count(entry => entry.hit), branches.Count, missed));
        }
        return result;
    }

    private static string CleanLines(string text) =>
        string.Join('\n', text.Split('\n').Take(200).Select(line => WorkerChannel.Clean(line, 1000)));
}
