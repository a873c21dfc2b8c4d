using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Collects problems and reads the members of objects with the checks that all of them need.</summary>
internal sealed class ProblemList
{
    public List<MetadataProblem> Problems { get; } = [];

    public void Add(JsonValue at, string message, string? suggestion = null) =>
        Problems.Add(new MetadataProblem(at.Path, at.Line, at.Column, message, suggestion));

    public void Add(JsonValue at, RuleException e)
    {
        var message = char.ToUpperInvariant(e.Message[0]) + e.Message[1..].TrimEnd('.') + ".";
        Problems.Add(new MetadataProblem(at.Path, at.Line, at.Column, message, e.Suggestion) { Sentence = e.Sentence });
    }

    /// <summary>Reports members that are not among <paramref name="known"/>.</summary>
    public void RefuseUnknown(JsonValue value, params IReadOnlyList<string> known)
    {
        foreach (var member in value.Members.Where(m => !known.Contains(m.Name)))
        {
            var nearest = Suggestion.Nearest(member.Name, known);
            var elsewhere = nearest is null ? MetadataSchema.FindPlace(member.Name) : null;
            Add(member.Value, $"'{member.Name}' is not known here.", nearest is not null ? $"did you mean '{nearest}'?"
                : elsewhere is not null ? $"did you mean {elsewhere}?" : $"known: {string.Join(", ", known)}.");
        }
    }

    public string? Text(JsonValue value, string name, bool required = false, bool mayBeEmpty = false)
    {
        var member = Require(value, name, required);
        if (member is null) return null;
        if (member.Kind != JsonKind.String) Add(member, $"'{name}' must be a text, not {member.Describe()}.");
        else if (member.Text.Trim().Length == 0 && !mayBeEmpty) Add(member, $"'{name}' is empty.");
        else return member.Text;
        return null;
    }

    public bool? Truth(JsonValue value, string name)
    {
        var member = value.Find(name);
        if (member is null) return null;
        if (member.Kind == JsonKind.Boolean) return member.Text == "true";
        Add(member, $"'{name}' must be true or false, not {member.Describe()}.");
        return null;
    }

    public int? Whole(JsonValue value, string name, int minimum, int maximum)
    {
        var member = value.Find(name);
        if (member is null) return null;
        if (member.Kind == JsonKind.Number && int.TryParse(member.Text, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum)
        {
            return number;
        }

        Add(member, $"'{name}' must be a whole number from {minimum} to {maximum}.");
        return null;
    }

    public JsonValue? Require(JsonValue value, string name, bool required = true)
    {
        var member = value.Find(name);
        if (member is null && required) Add(value, $"'{name}' is missing.");
        return member;
    }
}
