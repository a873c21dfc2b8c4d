using System.Globalization;
using System.Text;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Tests;

/// <summary>Reads a source as a pipeline would and says in one line what becomes of every record.</summary>
internal static class SourceOutcome
{
    /// <summary>
    /// Rows as <c>1|x</c>, then after <c>;</c> the rejected as <c>line:rule «raw»</c>; <c>code message</c> for a source that is refused. Cells that are
    /// NULL show as <c>~</c>.
    /// </summary>
    /// <param name="source">The members of <c>source</c> besides type and location, as JSON.</param>
    /// <param name="schema">Fields and their types, as JSON without braces.</param>
    public static string Of(string type, string source, string schema, byte[] bytes)
    {
        try
        {
            var spec = Inspect(type, source, schema, bytes);
            return Read(spec, bytes);
        }
        catch (PipelineException failure)
        {
            return $"{failure.Code} {failure.Message}";
        }
    }

    public static PipelineSpec Inspect(string type, string source, string schema, byte[] bytes)
    {
        var members = source.Length == 0 ? "" : ", " + source;
        var spec = MetadataReader.Read($$"""{"source": {"type": "{{type}}", "location": "t"{{members}}}, "schema": { {{schema}} } }""", "t.json");
        return SourceInspector.Inspect(spec, () => new MemoryStream(bytes));
    }

    public static string Read(PipelineSpec spec, byte[] bytes)
    {
        var reader = spec.Source.Open(new MemoryStream(bytes));
        var columns = spec.FilledFields.Select(f => reader.FindOptionalColumn(f.HeaderName)).ToList();
        var simulator = new PipelineSimulator(spec);
        List<string> rows = [];
        List<string> rejected = [];
        long read = 0;
        while (reader.Read())
        {
            read++;
            if (reader.Problem is { } problem)
            {
                rejected.Add(Show(reader, problem.Rule));
                continue;
            }

            var outcome = simulator.Take([.. columns.Select(c => reader.Cell(c).ToStringOrNull())]);
            if (outcome.IsAccepted) rows.Add(string.Join('|', outcome.Values!.Select(Show)));
            else rejected.Add(Show(reader, string.Join('+', outcome.Broken.Select(b => b.Rule))));
        }

        if (read != spec.Source.Count(new MemoryStream(bytes))) return "the host counts otherwise";
        return string.Join(' ', rows) + (rejected.Count == 0 ? "" : "; " + string.Join(' ', rejected));
    }

    private static string? Show(object? value) => value is null ? "~" : Convert.ToString(value, CultureInfo.InvariantCulture);

    private static string Show(IRecordReader reader, string rule)
    {
        var raw = Encoding.UTF8.GetString(reader.Raw);
        return $"{reader.Line}:{rule} «{(raw.Length > 40 ? raw[..40] + "…" : raw)}»";
    }
}
