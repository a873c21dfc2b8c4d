using System.Text;
using System.Text.Json;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>The records of a source before the first step: the columns that are named, and of a source with a header all others too.</summary>
/// <param name="spec">What is read, and what for.</param>
/// <param name="open">Opens the source from its start; called more than once.</param>
/// <param name="rejected">Takes what cannot be read.</param>
internal sealed class ReshapeInput(ReshapeSpec spec, Func<Stream> open, Action<RejectedRow> rejected)
{
    /// <summary>More is kept nowhere, so that longer is told from as long.</summary>
    private const int LongestRaw = (64 * 1024) + 1;

    private const int MostColumns = 10_000;

    /// <summary>Records that can be read.</summary>
    public long Read { get; private set; }

    /// <summary>Records that cannot be read.</summary>
    public long Unreadable { get; private set; }

    public ShapedRows Open(Stream stream)
    {
        var reader = spec.Of.Open(stream);
        var columns = reader is CsvReader csv ? FindColumns(csv) : FindPaths();
        var indexes = columns.Select(c => reader is CsvReader ? c.Index : reader.FindColumn(c.Path)).ToArray();
        return new ShapedRows([.. columns.Select(c => c.Path)], Rows(reader, indexes));
    }

    private IEnumerable<ShapedRow> Rows(IRecordReader reader, int[] indexes)
    {
        while (reader.Read())
        {
            if (reader.Problem is { } problem)
            {
                Unreadable++;
                rejected(new RejectedRow(reader.Line, problem.Rule, problem.Message, Cut(reader.Raw)));
                continue;
            }

            Read++;
            var cells = new string?[indexes.Length];
            for (var i = 0; i < cells.Length; i++) cells[i] = reader.Cell(indexes[i]).ToStringOrNull();
            yield return new ShapedRow(reader.Line, cells);
        }
    }

    private static string Cut(ReadOnlySpan<byte> raw) => Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, LongestRaw)]);

    /// <summary>As the header has them; a column that is named in another case is called as it is named.</summary>
    private List<(string Path, int Index)> FindColumns(CsvReader reader)
    {
        var found = spec.NamedBefore.Select(path => (Path: path, Index: reader.FindOptionalColumn(ReshapeSpec.NameOf(path)))).Where(c => c.Index >= 0).ToList();
        var taken = found.Select(c => c.Index).ToHashSet();
        foreach (var (index, name) in reader.Header.Index().Where(h => !taken.Contains(h.Index)))
        {
            var path = name.Length == 0 ? "" : JsonPath.Write([name]);
            if (path.Length > 0 && found.TrueForAll(f => f.Path != path)) found.Add((path, index));
            else if (spec.TakesAll) throw Refuse($"Column {index + 1} of the header has {(path.Length == 0 ? "no name" : $"the name '{name}' once more")}.");
            if (found.Count > MostColumns && spec.TakesAll) throw Refuse($"The source has more than {MostColumns} columns.");
        }

        return [.. found.OrderBy(c => c.Index)];
    }

    /// <summary>Paths of which some record has something; all names where a step takes all of them.</summary>
    private List<(string Path, int Index)> FindPaths()
    {
        using var first = open();
        var known = new JsonInspector(spec.AsPipeline(), []).ReadNames(first, spec.Of.Json!).ToHashSet(StringComparer.Ordinal);
        var found = spec.NamedBefore.Where(p => known.Contains(p) || p.Contains('[', StringComparison.Ordinal)).ToList();
        if (spec.TakesAll) found.AddRange(ReadNames().Except(found));
        return found.ConvertAll(path => (path, 0));
    }

    private List<string> ReadNames()
    {
        if (spec.Of.Json!.Explode.Length > 0) throw Refuse("With 'explode' a record has columns that only the schema tells.");
        using var stream = open();
        var reader = new JsonReader(stream, spec.Of.Json);
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            if (reader.Problem is not null) continue;
            foreach (var name in NamesIn(reader.Raw).Where(known.Add)) names.Add(JsonPath.Write([name]));
            if (names.Count > MostColumns) throw Refuse($"The records have more than {MostColumns} names.");
        }

        return names;
    }

    private static List<string> NamesIn(ReadOnlySpan<byte> record)
    {
        var names = new List<string>();
        try
        {
            var json = new Utf8JsonReader(record);
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1) continue;
                names.Add(json.GetString()!);
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Rejected with its reason when it is read.
            return [];
        }

        return names;
    }

    private PipelineException Refuse(string what) =>
        new("source.reshape", $"{what} To {spec.Steps.OfType<UnpivotStep>().First(s => s.Columns.Count == 0).Text}, name the columns with \"columns\".");
}
