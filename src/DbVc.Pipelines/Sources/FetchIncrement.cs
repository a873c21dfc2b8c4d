using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Says that each fetch begins where the last one ended: at the highest value of one field.</summary>
/// <param name="Cursor">The path of the field in a record.</param>
public sealed record FetchIncrement(string Cursor)
{
    /// <summary>The parameter that tells an address where to begin; null asks it for everything, and what was loaded before is passed over.</summary>
    public string? Parameter { get; init; }

    /// <summary>Where the first fetch begins, as JSON; null for the very beginning.</summary>
    public string? Initial { get; init; }

    internal string Describe() => $"from the highest {Cursor} of the last load on" + (Initial is null ? "" : $", at first from {Initial.Trim('"')} on");

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("incremental");
        json.WriteString("cursor", Cursor);
        if (Parameter is not null) json.WriteString("parameter", Parameter);
        if (Initial is not null) json.WriteString("initial", Initial);
        json.WriteEndObject();
    }
}
