using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DbVc.Documents;

/// <summary>
/// A document of --json, or a part of one. It is a record and nothing is put into it by hand, so that the schema that is read off its type
/// (<see cref="DocumentSchemas"/>) is what is sent; docs/json.md describes it for people.
/// </summary>
internal abstract record Document
{
    private static readonly JsonSerializerOptions s_compact = new(DocumentJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_indented = new(s_compact) { WriteIndented = true };

    /// <summary>Writes UTF-8, and rows as they are read: a document of millions of rows does not have to fit into memory.</summary>
    public void WriteTo(Stream stream, bool isIndented)
    {
        var options = isIndented ? s_indented : s_compact;
        JsonSerializer.Serialize(stream, this, options.GetTypeInfo(GetType()));
    }

    /// <summary>On one line.</summary>
    public string ToText() => JsonSerializer.Serialize(this, s_compact.GetTypeInfo(GetType()));

    /// <summary>As a part of something that is no document.</summary>
    public JsonObject ToNode() => JsonSerializer.SerializeToNode(this, s_compact.GetTypeInfo(GetType()))!.AsObject();
}

/// <summary>The type of a member that is always null: nothing had to be done, and so there is nothing to name.</summary>
internal sealed class Nothing
{
    private Nothing()
    {
    }
}
