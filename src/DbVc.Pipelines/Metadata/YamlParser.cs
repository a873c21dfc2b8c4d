using System.Text.RegularExpressions;
using DbVc.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DbVc.Pipelines;

/// <summary>
/// Parses the part of YAML 1.2 that says what JSON says: one document of mappings, lists and scalars. What readers of YAML understand
/// differently (yes and no, numbers with leading zeros) is a problem; anchors, aliases and tags are refused.
/// </summary>
internal sealed partial class YamlParser
{
    private const int MaxDepth = 32;

    private readonly IParser _parser;
    private readonly List<MetadataProblem> _problems;

    private YamlParser(string text, List<MetadataProblem> problems)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _problems = problems;
    }

    /// <summary>Null when the text is no YAML; the problem says where.</summary>
    public static JsonValue? Parse(string text, List<MetadataProblem> problems)
    {
        try
        {
            var parser = new YamlParser(text, problems);
            parser._parser.Consume<StreamStart>();
            if (!parser._parser.TryConsume<DocumentStart>(out _))
            {
                problems.Add(new MetadataProblem("$", 1, 1, "The file is empty.", "the format is described in docs/metadata.md."));
                return null;
            }

            var root = parser.ReadValue("$", depth: 0);
            parser._parser.Consume<DocumentEnd>();
            if (parser._parser.Accept<DocumentStart>(out var second)) parser.Add("$", second, "The file holds a second document.");
            return root;
        }
        catch (YamlException e)
        {
            var message = (e.InnerException ?? e).Message.TrimEnd('.');
            problems.Add(new MetadataProblem("$", (int)Math.Max(1, e.Start.Line), (int)Math.Max(1, e.Start.Column), $"This is no valid YAML: {message}."));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The library trips over some damaged texts, such as a tab inside a quoted name.
            problems.Add(new MetadataProblem("$", 1, 1, "This is no valid YAML."));
            return null;
        }
    }

    private JsonValue ReadValue(string path, int depth)
    {
        var start = _parser.Current!;
        var (line, column) = ((int)start.Start.Line, (int)start.Start.Column);
        if (depth > MaxDepth) throw new YamlException(start.Start, start.End, $"it is nested deeper than {MaxDepth}");
        if (start is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty)) Add(path, start, "Anchors and tags mean nothing here.");
        if (_parser.TryConsume<AnchorAlias>(out _))
        {
            Add(path, start, "An alias stands for text that is elsewhere; write the value itself.");
            return new JsonValue(JsonKind.Null, path, line, column);
        }

        if (_parser.TryConsume<Scalar>(out var scalar)) return ReadScalar(scalar, path);
        if (_parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonValue(JsonKind.Array, path, line, column);
            while (!_parser.TryConsume<SequenceEnd>(out _)) list.Items.Add(ReadValue($"{path}[{list.Items.Count}]", depth + 1));
            return list;
        }

        _parser.Consume<MappingStart>();
        return ReadMapping(new JsonValue(JsonKind.Object, path, line, column), depth);
    }

    private JsonValue ReadMapping(JsonValue value, int depth)
    {
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!;
            if (!_parser.TryConsume<Scalar>(out var name)) throw new YamlException(at.Start, at.End, "a name stands where a text should");
            var member = ReadValue(JsonValue.Append(value.Path, name.Value), depth + 1);
            if (value.Find(name.Value) is { } earlier) Add(member.Path, at, $"'{name.Value}' is given twice, first in line {earlier.Line}.");
            else value.Members.Add(new JsonMember(name.Value, member));
        }

        return value;
    }

    private JsonValue ReadScalar(Scalar scalar, string path)
    {
        var (line, column) = ((int)scalar.Start.Line, (int)scalar.Start.Column);
        var text = scalar.Value;
        JsonKind kind;
        if (scalar.Style != ScalarStyle.Plain) kind = JsonKind.String;
        else if (text is "" or "~" or "null" or "Null" or "NULL") (kind, text) = (JsonKind.Null, "null");
        else if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE") (kind, text) = (JsonKind.Boolean, text.ToLowerInvariant());
        else if (JsonNumber().IsMatch(text)) kind = JsonKind.Number;
        else kind = JsonKind.String;
        if (kind == JsonKind.String && scalar.Style == ScalarStyle.Plain && Ambiguous().IsMatch(text))
        {
            Add(path, scalar, $"{text} is no text for every reader of YAML.", "put a text into quotes; write true, false, or a number as 1.5.");
        }

        return new JsonValue(kind, path, line, column) { Text = text };
    }

    private void Add(string path, ParsingEvent at, string message, string? suggestion = null) =>
        _problems.Add(new MetadataProblem(path, (int)at.Start.Line, (int)at.Start.Column, message, suggestion));

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex JsonNumber();

    /// <summary>Booleans of YAML 1.1, and numbers that JSON writes in another way.</summary>
    [GeneratedRegex(@"\A(y|yes|n|no|on|off|[-+]?(0[0-9_]+|0x[0-9a-f]+|0o[0-7]+|[0-9][0-9_]*|[0-9_]*\.[0-9_]*(e[-+]?[0-9]+)?|\.inf)|\.nan)\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Ambiguous();
}
