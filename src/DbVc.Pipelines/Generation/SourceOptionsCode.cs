using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Writes how the source is written, as generated code states it: what every source has, and what is not as usual.</summary>
internal static class SourceOptionsCode
{
    public static void Write(CodeWriter code, SourceSpec source)
    {
        var type = source.Json is null ? nameof(CsvOptions) : nameof(JsonOptions);
        code.Open($"private static readonly {type} Options = new()");
        foreach (var line in source.Json is { } json ? Json(json) : Csv(source.Csv)) code.Line(line + ",");
        code.Close("};");
    }

    private static IEnumerable<string> Csv(CsvOptions csv)
    {
        yield return $"Encoding = {Literals.Text(csv.Encoding)}";
        yield return $"Delimiter = {Literals.Character(csv.Delimiter)}";
        if (csv.Quote != '"') yield return $"Quote = {(csv.Quote is { } quote ? Literals.Character(quote) : "null")}";
        if (csv.Escape is { } escape) yield return $"Escape = {Literals.Character(escape)}";
        if (csv.Comment is { } comment) yield return $"Comment = {Literals.Character(comment)}";
        if (csv.SkipRows > 0) yield return $"SkipRows = {csv.SkipRows}";
        if (csv.FooterRows > 0) yield return $"FooterRows = {csv.FooterRows}";
        if (csv.FooterText is not null) yield return $"FooterText = {Literals.Text(csv.FooterText)}";
        if (csv.TrailingDelimiter) yield return "TrailingDelimiter = true";
        if (!csv.HasHeader)
        {
            yield return "HasHeader = false";
            yield return $"FieldNames = [{string.Join(", ", csv.FieldNames.Select(Literals.Text))}]";
        }

        yield return $"NullTokens = [{string.Join(", ", csv.NullTokens.Select(Literals.Text))}]";
    }

    private static IEnumerable<string> Json(JsonOptions json)
    {
        yield return $"Encoding = {Literals.Text(json.Encoding)}";
        yield return $"Form = JsonForm.{json.Form}";
        if (json.IsReshaped) yield return "IsReshaped = true";
        if (json.Records.Length > 0) yield return $"Records = {Literals.Text(json.Records)}";
        if (json.Explode.Length > 0) yield return $"Explode = {Literals.Text(json.Explode)}";
        if (json.NullTokens.Count > 0) yield return $"NullTokens = [{string.Join(", ", json.NullTokens.Select(Literals.Text))}]";
    }
}
