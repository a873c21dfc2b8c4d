using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Documents;

/// <summary>Names of enumerations as they stand in documents. One for all of them: a converter for each would be made at every start.</summary>
internal sealed class NameConverter : JsonConverterFactory
{
    private static readonly JsonStringEnumConverter s_names = new(Json.Naming, allowIntegerValues: false);

    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => s_names.CreateConverter(typeToConvert, options);
}

/// <summary>Documents are written and never read back here.</summary>
internal abstract class WritingConverter<T> : JsonConverter<T>
{
    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Documents are only written.");
}

/// <summary>UTC to the millisecond.</summary>
internal sealed class TimeConverter : WritingConverter<DateTimeOffset>
{
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Json.Time(value));
}

/// <summary>All 40 digits.</summary>
internal sealed class CommitIdConverter : WritingConverter<CommitId>
{
    public override void Write(Utf8JsonWriter writer, CommitId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>One cell: see <see cref="Json.Of"/>.</summary>
internal sealed class CellConverter : WritingConverter<Value>
{
    public override bool HandleNull => true;

    public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options)
    {
        if (Json.Of(value) is { } cell) cell.WriteTo(writer, options);
        else writer.WriteNullValue();
    }
}

/// <summary>The document is the schema itself.</summary>
internal sealed class MetadataSchemaConverter : WritingConverter<MetadataSchemaDocument>
{
    public override void Write(Utf8JsonWriter writer, MetadataSchemaDocument value, JsonSerializerOptions options) => value.Schema.WriteTo(writer, options);
}
