using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads out of a pipeline how its source is written.</summary>
public static class DialectReader
{
    /// <summary>The dialect that a pipeline was made for. A mark that differs from field to field is none.</summary>
    public static SourceDialect Read(PipelineSpec spec)
    {
        var isCsv = spec.Source is { Json: null, Table: null, Fetch: null };
        IEnumerable<string> Arguments(string operation) =>
            spec.Operations.Where(o => o.Name == operation).SelectMany(o => o.Arguments.Written).Distinct(StringComparer.Ordinal);
        var marks = Arguments("parse_number").Where(m => m is "point" or "comma").ToList();
        return new SourceDialect
        {
            Delimiter = isCsv ? spec.Source.Csv.Delimiter : null,
            Encoding = isCsv ? spec.Source.Csv.Encoding : spec.Source is { Table: null, Fetch: null } ? spec.Source.Json?.Encoding : null,
            DecimalMark = marks is [var only] ? only : null,
            DateFormats = [.. Arguments("parse_date")],
            NullTokens = spec.Operations.Where(o => o.Name == "null_tokens").GroupBy(o => o.Field.Name)
                .ToDictionary(g => g.Key, IReadOnlyList<string> (g) => [.. g.SelectMany(o => o.Arguments.Written).Distinct(StringComparer.Ordinal)]),
        };
    }
}
