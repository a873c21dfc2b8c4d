using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Which fields a phrase without a slot for fields means.</summary>
public enum PhraseScope
{
    /// <summary>The fields that it names.</summary>
    Named,

    /// <summary>Every text field.</summary>
    EveryText,

    /// <summary>Every field of a type that the operation takes.</summary>
    Every,

    /// <summary>The one field that holds e-mail addresses by its name.</summary>
    Email,
}

/// <summary>
/// A form of English that means an operation: words, <c>(one|or another)</c>, <c>[what may be left out]</c>, and slots for its fields and parameters, as in
/// <c>pad {fields} left to {length} [characters] [with {fill}]</c>.
/// </summary>
public sealed class Phrase
{
    /// <summary>Reads a template; a template that is not well formed is a mistake in the vocabulary.</summary>
    public Phrase(string template, PhraseScope scope = PhraseScope.Named, FieldType? only = null)
    {
        Template = template;
        Scope = scope;
        Only = only;
        var position = 0;
        Parts = ReadSequence(template, ref position);
        if (position != template.Length) throw new ArgumentException($"'{template}' has a bracket too many at {position}.");
    }

    public string Template { get; }

    public PhraseScope Scope { get; }

    /// <summary>The one type of fields for which it is said; null for all.</summary>
    public FieldType? Only { get; }

    internal IReadOnlyList<PhrasePart> Parts { get; }

    /// <summary>A short form for lists of known forms, with X for fields and angle brackets around what is put in.</summary>
    public string Shown => string.Join(' ', Parts.Select(Show).Where(p => p.Length > 0));

    /// <summary>A phrase that names its fields.</summary>
    public static implicit operator Phrase(string template) => new(template);

    private static string Show(PhrasePart part) => part switch
    {
        WordsPart words => words.Text,
        SlotPart { Name: "fields" } => "X",
        SlotPart slot => $"<{slot.Name}>",
        ChoicePart { IsOptional: true } => "",
        ChoicePart choice => string.Join(' ', choice.Alternatives[0].Select(Show)),
        _ => "",
    };

    private static List<PhrasePart> ReadSequence(string template, ref int position)
    {
        var parts = new List<PhrasePart>();
        while (position < template.Length)
        {
            var c = template[position];
            if (c is ')' or ']' or '|') break;
            if (c == ' ')
            {
                position++;
            }
            else if (c is '(' or '[')
            {
                parts.Add(ReadChoice(template, ref position));
            }
            else if (c == '{')
            {
                var end = template.IndexOf('}', position);
                parts.Add(new SlotPart(template[(position + 1)..end]));
                position = end + 1;
            }
            else
            {
                var start = position;
                while (position < template.Length && template[position] is not (' ' or '(' or '[' or '{' or ')' or ']' or '|')) position++;
                parts.Add(new WordsPart(template[start..position]));
            }
        }

        return parts;
    }

    private static ChoicePart ReadChoice(string template, ref int position)
    {
        var isOptional = template[position] == '[';
        var alternatives = new List<IReadOnlyList<PhrasePart>>();
        do
        {
            position++;
            alternatives.Add(ReadSequence(template, ref position));
        }
        while (position < template.Length && template[position] == '|');

        if (position == template.Length) throw new ArgumentException($"'{template}' has an open bracket.");
        position++;
        return new ChoicePart(alternatives, isOptional);
    }
}

internal abstract record PhrasePart;

/// <summary>One word.</summary>
internal sealed record WordsPart(string Text) : PhrasePart;

/// <summary>The fields, or a parameter.</summary>
internal sealed record SlotPart(string Name) : PhrasePart;

/// <summary>One of several sequences, or none where it may be left out.</summary>
internal sealed record ChoicePart(IReadOnlyList<IReadOnlyList<PhrasePart>> Alternatives, bool IsOptional) : PhrasePart;
