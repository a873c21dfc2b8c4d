using System.Text.Json;
using System.Text.RegularExpressions;
using DbVc.Model;
using YamlDotNet.RepresentationModel;

namespace DbVc.Orchestration;

/// <summary>Changes one key in the text of <c>config.yaml</c> and nothing else: comments, order and layout are a person's own.</summary>
internal sealed partial class ConfigurationText(string text)
{
    /// <summary>The text with the key set.</summary>
    /// <param name="key">Sections and name with dots between.</param>
    /// <param name="value">As <see cref="Scalar"/>, <see cref="Sequence"/> or <see cref="Map"/> write it.</param>
    public string Set(string key, string value)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var root = stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
        if (root is YamlScalarNode { Value: null or "" }) root = null;
        var parts = key.Split('.');
        var (section, name) = parts.Length == 2 ? (parts[0], parts[1]) : (null, parts[0]);
        if (root is null) return Append(section, name, value);
        if (root is not YamlMappingNode { Style: not YamlDotNet.Core.Events.MappingStyle.Flow } top) throw ByHand(key);
        if (section is null) return Find(top, name) is { } known ? Replace(known, value) : Append(null, name, value);
        return Find(top, section) switch
        {
            null => Append(section, name, value),
            YamlScalarNode { Value: null or "" } empty => Insert((int)empty.Start.Index, $"\n  {name}: {value}"),
            YamlMappingNode { Style: not YamlDotNet.Core.Events.MappingStyle.Flow, Children.Count: > 0 } map => Find(map, name) is { } known
                ? Replace(known, value)
                : Insert(EndOfLine(End(map)), $"\n{new string(' ', (int)map.Children.First().Key.Start.Column - 1)}{name}: {value}"),
            _ => throw ByHand(key),
        };
    }

    public static string Scalar(string value) => Plain().IsMatch(value) ? value : JsonSerializer.Serialize(value, s_json);

    public static string Sequence(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Scalar))}]";

    public static string Map(IEnumerable<(string Name, string Value)> pairs) =>
        $"{{{string.Join(", ", pairs.Select(p => $"{Scalar(p.Name)}: {Scalar(p.Value)}"))}}}";

    private static readonly JsonSerializerOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static YamlNode? Find(YamlMappingNode map, string name) =>
        map.Children.FirstOrDefault(c => c.Key is YamlScalarNode key && key.Value == name).Value;

    private string Replace(YamlNode node, string value)
    {
        var (start, end) = ((int)node.Start.Index, End(node));
        var gap = start > 0 && text[start - 1] is not (' ' or '\n') ? " " : "";
        return text[..start] + gap + value + text[Math.Max(start, end)..];
    }

    /// <summary>Where the node's own text ends: a block reaches to the next key for the parser, over comments that do not belong to it.</summary>
    private int End(YamlNode node)
    {
        var start = (int)node.Start.Index;
        return node switch
        {
            YamlMappingNode map => Close(map.Children.SelectMany(c => new[] { c.Key, c.Value }).Select(End).Append(start + 1).Max(), start, '}'),
            YamlSequenceNode list => Close(list.Children.Select(End).Append(start + 1).Max(), start, ']'),
            _ => (int)node.End.Index,
        };
    }

    /// <summary>Behind the bracket, where the node that begins at <paramref name="start"/> is written with brackets.</summary>
    private int Close(int at, int start, char bracket)
    {
        if (text[start] is not ('[' or '{')) return at;
        for (; at < text.Length && text[at] != bracket; at++)
        {
            if (text[at] == '#') at = EndOfLine(at);
        }

        return at + 1;
    }

    private int EndOfLine(int at) => text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length;

    private string Insert(int at, string added) => text[..at] + added + text[at..];

    private string Append(string? section, string name, string value) =>
        text + (text.Length == 0 || text.EndsWith('\n') ? "" : "\n") + (section is null ? "" : $"{section}:\n  ") + $"{name}: {value}\n";

    private static DbVcException ByHand(string key) => new(FailureKind.Usage, "config.layout",
        $"'{key}' cannot be put into a file of this layout.", hint: "Write it by hand: db-vc config get shows the keys.");

    [GeneratedRegex("^(?!(true|false|null|yes|no|on|off)$)[A-Za-z][A-Za-z0-9_./]*$|^[0-9]+([.][0-9]+)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Plain();
}
