using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>The first records of a source by columns, as many as fit into a fixed amount of memory.</summary>
internal sealed class SourceSample
{
    private const long MostCharacters = 32 * 1024 * 1024;
    private const long MostCells = 40_000_000;
    private const int LongestCell = 4096;
    private const int MostProblems = 100;

    private SourceSample(IReadOnlyList<SampledColumn> columns) => Columns = columns;

    public IReadOnlyList<SampledColumn> Columns { get; }

    /// <summary>Records that can be read.</summary>
    public long Records { get; private set; }

    /// <summary>Whether these are all.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Records that do not fit the header, by what is wrong with them.</summary>
    public Dictionary<string, (long Count, long FirstLine)> Broken { get; } = [];

    /// <summary>Records at the end of what was read that do not fit, when all before them do; their first line.</summary>
    public (int Records, string? Text) Tail { get; private set; }

    /// <summary>Throws <see cref="PipelineException"/> for a source that cannot be read.</summary>
    public static SourceSample Read(IRecordReader reader, IReadOnlyList<string> names, long maxRecords, CancellationToken cancellation)
    {
        var sample = new SourceSample([.. names.Select(n => new SampledColumn(n))]);
        var places = names.Select(reader.FindColumn).ToArray();
        long characters = 0;
        var more = true;
        while (sample.Records < maxRecords && characters < MostCharacters && sample.Records * names.Count < MostCells && (more = reader.Read()))
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Problem is { } problem)
            {
                var (count, line) = sample.Broken.GetValueOrDefault(problem.Message, (0, reader.Line));
                if (sample.Broken.Count < MostProblems || count > 0) sample.Broken[problem.Message] = (count + 1, line);
                sample.Tail = (sample.Tail.Records + 1, sample.Tail.Records == 0 ? Encoding.UTF8.GetString(reader.Raw) : sample.Tail.Text);
                continue;
            }

            sample.Records++;
            sample.Tail = default;
            for (var i = 0; i < places.Length; i++)
            {
                var text = TextOf(reader.Cell(places[i]));
                if (sample.Columns[i].Add(text, reader.Line)) characters += text!.Length;
            }
        }

        sample.IsWhole = !more || !reader.Read();
        return sample;
    }

    private static string? TextOf(Text cell) =>
        cell.IsNull ? null : Encoding.UTF8.GetString(cell.Bytes[..Math.Min(cell.Bytes.Length, LongestCell)]);
}
