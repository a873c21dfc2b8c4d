using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>A metadata file with other rules or steps.</summary>
/// <param name="Text">The whole file.</param>
/// <param name="Added">Sentences that were not in it.</param>
/// <param name="Removed">Rules that are no more in it, in the one wording.</param>
public sealed record MetadataRevision(string Text, IReadOnlyList<string> Added, IReadOnlyList<string> Removed);

/// <summary>Changes what a metadata file asks, as a person says it in words. What the words are not about stays as it is written, to the last blank.</summary>
public static class MetadataEditor
{
    private const string Rules = "validations";
    private const string Steps = "preprocessing";

    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The file with what a person says in it. A bound takes the place of the bound that was there, a format that of the format, a list that of the list.
    /// Throws usage failures <c>metadata.words</c>, with the nearest known forms, <c>metadata.yaml</c> and <c>metadata.invalid</c>.
    /// </summary>
    public static MetadataRevision Add(string text, string fileName, string clauses)
    {
        var fields = Open(text, fileName);
        var said = ReadClauses(clauses, fields);
        var declared = DeclaredRules(text, fields);
        var fresh = said.Rules.Select(sentence => (Sentence: sentence, Rules: RuleParser.Parse(sentence, fields)))
            .Where(f => !f.Rules.All(rule => declared.Any(d => d.Rules.Any(r => r.Text == rule.Text)))).ToList();
        var (removed, kept) = (new List<string>(), new List<string>());
        var gone = new HashSet<int>();
        foreach (var (item, rules) in declared.Index())
        {
            var left = rules.Rules.SelectMany(old => RuleReplacement.Left(old, [.. fresh.SelectMany(f => f.Rules)])).ToList();
            if (left.Select(r => r.Text).SequenceEqual(rules.Rules.Select(r => r.Text))) continue;
            gone.Add(item);
            removed.AddRange(rules.Rules.Select(r => r.Text).Except(left.Select(r => r.Text)));
            kept.AddRange(left.Select(r => r.Text));
        }

        var steps = said.Steps.Except(DeclaredSteps(text)).ToList();
        if (fresh.Count + steps.Count == 0) return new MetadataRevision(text, [], []);
        var changed = new JsonListEditor(text, Rules).Replace(gone, Quote([.. kept, .. fresh.Select(f => f.Sentence)]));
        changed = new JsonListEditor(changed, Steps).Replace(new HashSet<int>(), Quote(steps));
        MetadataReader.Read(changed, fileName);
        return new MetadataRevision(changed, [.. kept, .. fresh.Select(f => f.Sentence), .. steps], removed);
    }

    /// <summary>The file without a rule: one that is said, or all that are about one field. Throws as <see cref="Add"/> does, and
    /// <c>metadata.no-rule</c>.</summary>
    public static MetadataRevision Remove(string text, string fileName, string rule)
    {
        var fields = Open(text, fileName);
        var declared = DeclaredRules(text, fields);
        var field = fields.FirstOrDefault(f => f.Name.Equals(rule.Trim(), StringComparison.OrdinalIgnoreCase));
        IReadOnlyList<PipelineRule> meant = field is not null ? [.. declared.SelectMany(d => d.Rules).Where(r => r.Fields is [var only] && only == field)]
            : [.. ReadClauses(rule, fields).Rules.SelectMany(sentence => RuleParser.Parse(sentence, fields))];
        var gone = declared.Index().Where(d => d.Item.Rules.Any(r => meant.Any(m => m.Text == r.Text))).ToList();
        if (gone.Count == 0)
        {
            throw new DbVcException(FailureKind.Usage, "metadata.no-rule", $"There is no such rule: {rule}.", fileName, declared.Count == 0
                ? "It declares no rule."
                : $"Its rules are: {string.Join("; ", declared.SelectMany(d => d.Rules).Select(r => r.Text))}.");
        }

        var left = gone.SelectMany(d => d.Item.Rules).Where(r => meant.All(m => m.Text != r.Text)).Select(r => r.Text).ToList();
        var changed = new JsonListEditor(text, Rules).Replace(gone.Select(d => d.Index).ToHashSet(), Quote(left));
        MetadataReader.Read(changed, fileName);
        return new MetadataRevision(changed, left, [.. gone.SelectMany(d => d.Item.Rules).Select(r => r.Text).Except(left)]);
    }

    private static IReadOnlyList<PipelineField> Open(string text, string fileName)
    {
        if (Path.GetExtension(fileName).ToLowerInvariant() is ".yaml" or ".yml")
            throw new DbVcException(FailureKind.Usage, "metadata.yaml", "Only JSON is changed in words; this file is YAML.", fileName,
                "Change it with an editor.");
        return MetadataReader.Read(text, fileName).Fields;
    }

    private static ReadClauses ReadClauses(string clauses, IReadOnlyList<PipelineField> fields)
    {
        try
        {
            return new ClauseReader(fields).Read(clauses);
        }
        catch (RuleException e)
        {
            throw new DbVcException(FailureKind.Usage, "metadata.words", e.Message.TrimEnd('.') + ".", null,
                e.Suggestion ?? $"The fields are {string.Join(", ", fields.Select(f => f.Name))}.", e);
        }
    }

    /// <summary>The rules of each item of the list, in order.</summary>
    private static List<(int Line, IReadOnlyList<PipelineRule> Rules)> DeclaredRules(string text, IReadOnlyList<PipelineField> fields) =>
        [.. Items(text, Rules).Select(item => (item.Line, item.Kind == JsonKind.String
            ? RuleParser.Parse(item.Text, fields)
            : [.. new RuleObjectReader(new ProblemList(), fields).Read(item)]))];

    private static IEnumerable<string> DeclaredSteps(string text) => Items(text, Steps).Where(i => i.Kind == JsonKind.String).Select(i => i.Text);

    private static List<JsonValue> Items(string text, string name) => JsonParser.Parse(text, [])?.Find(name)?.Items ?? [];

    private static IReadOnlyList<string> Quote(IReadOnlyList<string> sentences) => [.. sentences.Select(s => JsonSerializer.Serialize(s, s_options))];
}
