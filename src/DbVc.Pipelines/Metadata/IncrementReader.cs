using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Reads <c>incremental</c>: a field, or an object.</summary>
internal sealed class IncrementReader(ProblemList problems)
{
    public FetchIncrement? Read(JsonValue? at, bool isApi)
    {
        if (at is null) return null;
        var places = new PlaceReader(problems);
        if (at.Kind == JsonKind.String) return places.Place(at, "incremental") is { Path: { } field } ? new FetchIncrement(field) : null;
        if (at.Kind != JsonKind.Object)
        {
            problems.Add(at, $"'incremental' must be a field or an object, not {at.Describe()}.", "write {\"cursor\": \"updated_at\"}.");
            return null;
        }

        problems.RefuseUnknown(at, isApi ? ["cursor", "initial", "parameter"] : ["cursor", "initial"]);
        if (at.Find("cursor") is null) problems.Add(at, "'cursor' is missing.", "name the field that grows, for example \"cursor\": \"updated_at\".");
        return places.Path(at, "cursor") is { } cursor
            ? new FetchIncrement(cursor) { Parameter = problems.Text(at, "parameter"), Initial = ReadInitial(at.Find("initial")) }
            : null;
    }

    private string? ReadInitial(JsonValue? at)
    {
        switch (at?.Kind)
        {
            case null:
                return null;
            case JsonKind.Number:
                return at.Text;
            case JsonKind.String when at.Text.Length > 0:
                return $"\"{JsonEncodedText.Encode(at.Text)}\"";
            default:
                problems.Add(at, $"'initial' must be a number or a text, not {at.Describe()}.");
                return null;
        }
    }
}
