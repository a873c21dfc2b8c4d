using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Records in the form in which a pipeline's code reads its source.</summary>
internal static class ReplaySource
{
    /// <summary>In UTF-8 with its mark, which counts for more than what the metadata says about the encoding. Throws usage failures
    /// <c>quarantine.headers</c> and <c>quarantine.exploded</c>.</summary>
    public static byte[] Write(SourceSpec source, IReadOnlyList<QuarantinedRecord> records)
    {
        var text = source.Json is { } json ? WriteJson(json, records) : WriteCsv(source.Csv, records);
        return [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)];
    }

    private static string WriteCsv(CsvOptions options, IReadOnlyList<QuarantinedRecord> records)
    {
        var text = new StringBuilder().Append('\n', options.SkipRows);
        if (options.HasHeader && HeaderOf(records) is { } header)
        {
            text.AppendJoin(options.Delimiter, header.Select(name => Quote(name, options)));
            if (options.TrailingDelimiter) text.Append(options.Delimiter);
            text.Append('\n');
        }

        foreach (var record in records) text.Append(record.Raw).Append('\n');
        // Blank lines would not count as lines at the end.
        for (var i = 0; i < options.FooterRows; i++) text.Append("end\n");
        if (options.FooterText is { } footer) text.Append(footer).Append('\n');
        return text.ToString();
    }

    private static string WriteJson(JsonOptions options, IReadOnlyList<QuarantinedRecord> records)
    {
        if (options.Explode.Length > 0)
        {
            throw new DbVcException(FailureKind.Usage, "quarantine.exploded", "A record of this source became several, of which some may be loaded.",
                hint: "Mend the source, and run the pipeline on what is missing: db-vc pipeline run PIPELINE --source FILE.");
        }

        if (options.IsReshaped) return string.Concat(records.Select(r => WriteReshaped(r) + "\n"));
        // A line end in a JSON value is white space.
        var values = records.Select(r => r.Raw.ReplaceLineEndings(" "));
        if (options.Form != JsonForm.Array) return string.Concat(values.Select(v => v + "\n"));
        var path = options.Records.Length == 0 ? [] : options.Records.Split('.');
        return string.Concat(path.Select(p => $"{{\"{p}\": ")) + "[\n" + string.Join(",\n", values) + "\n]" + new string('}', path.Length) + "\n";
    }

    /// <summary>What became no reshaped record says so: a person may put one in its place, and without that it is rejected once more.</summary>
    private static string WriteReshaped(QuarantinedRecord record)
    {
        if (record.Raw.StartsWith($"{{\"{ReshapedRecord.LineMember}\":", StringComparison.Ordinal)) return record.Raw.ReplaceLineEndings(" ");
        var reason = record.Reasons.FirstOrDefault() ?? new QuarantineReason("", "json", "", "The record cannot be read.");
        return ReshapedRecord.Rejected(record.Line, reason.Rule, reason.Message, record.Raw);
    }

    private static IReadOnlyList<string>? HeaderOf(IReadOnlyList<QuarantinedRecord> records)
    {
        var header = records.Count == 0 ? null : records[0].Header;
        if (records.FirstOrDefault(r => !(r.Header ?? []).SequenceEqual(header ?? [], StringComparer.Ordinal)) is not { } other) return header;
        throw new DbVcException(FailureKind.Usage, "quarantine.headers", "The records come from sources with different columns.",
            hint: $"Choose one run, for example --run {other.Run}.");
    }

    private static string Quote(string name, CsvOptions options)
    {
        if (options.Quote is not { } quote || name.AsSpan().IndexOfAny([quote, '\n', '\r', options.Delimiter]) < 0) return name;
        return quote + name.Replace(quote.ToString(), new string(quote, 2), StringComparison.Ordinal) + quote;
    }
}
