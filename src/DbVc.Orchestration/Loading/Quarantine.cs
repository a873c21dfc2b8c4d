using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// The records that were not loaded, with their reasons: <c>results/quarantine.jsonl</c>, one object a line. They stay with the run and never
/// enter a database. Written beside its place and moved there when the run is whole.
/// </summary>
internal sealed class Quarantine : IDisposable
{
    private const int FlushBytes = 64 * 1024;
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;

    public Quarantine(string branchFolder)
    {
        _path = Path.Combine(branchFolder, "results", "quarantine.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.Delete(_path + ".new");
        _file = new FileStream(_path + ".new", FileMode.CreateNew, FileAccess.Write, FileShare.Read, FlushBytes);
        _json = new Utf8JsonWriter(_file, s_options);
    }

    public void Add(RejectedRecord record)
    {
        _json.WriteStartObject();
        _json.WriteNumber("record", record.Record);
        _json.WriteNumber("line", record.Line);
        _json.WriteString("raw", record.RawText);
        if (record.RawCut) _json.WriteBoolean("rawCut", true);
        _json.WriteStartArray("reasons");
        foreach (var reason in record.Reasons)
        {
            _json.WriteStartObject();
            _json.WriteString("field", reason.Field);
            _json.WriteString("rule", reason.Rule);
            _json.WriteString("value", reason.Value);
            _json.WriteString("message", reason.Message);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _file.WriteByte((byte)'\n');
    }

    /// <summary>Takes the place of the last run's quarantine, durably.</summary>
    public void Commit()
    {
        _file.Flush(flushToDisk: true);
        File.Move(_path + ".new", _path, overwrite: true);
    }

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
        File.Delete(_path + ".new");
    }
}
