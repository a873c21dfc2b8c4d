using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DbVc.Server;

/// <summary>
/// What a verb writes for a terminal elsewhere: JSON lines <c>{"out": text}</c>, <c>{"error": text}</c>, <c>{"file": base64}</c> as they come, and
/// <c>{"exit": code}</c> at the end, without which the answer is not whole.
/// </summary>
internal sealed class ConsoleFrames(AnswerStream answer)
{
    public const string ContentType = "application/vnd.db-vc.console+ndjson";

    private const int FilePiece = 48 * 1024;
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _lock = new();

    public TextWriter Out => new FrameWriter(this, "out");

    public TextWriter Error => new FrameWriter(this, "error");

    public void Exit(int code) => Write(json => json.WriteNumber("exit", code));

    public void File(string path)
    {
        using var file = System.IO.File.OpenRead(path);
        var piece = new byte[FilePiece];
        while (file.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false) is > 0 and var count)
            Write(json => json.WriteBase64String("file", piece.AsSpan(0, count)));
    }

    private void Write(Action<Utf8JsonWriter> member)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, s_options))
        {
            json.WriteStartObject();
            member(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        // Steps of work may be told from several threads.
        lock (_lock)
        {
            answer.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
            answer.SendHeld();
        }
    }

    /// <summary>Whole lines, so that somebody who reads along sees them, and a table is not sent by the character.</summary>
    private sealed class FrameWriter(ConsoleFrames frames, string member) : TextWriter
    {
        private const int MostHeld = 16 * 1024;
        private readonly StringBuilder _held = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_held) _held.Append(value);
            if (value == '\n' && _held.Length > MostHeld) Flush();
        }

        public override void Write(string? value)
        {
            lock (_held) _held.Append(value);
            if (_held.Length > MostHeld) Flush();
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            lock (_held) _held.Append(buffer);
            if (_held.Length > MostHeld) Flush();
        }

        public override void Flush()
        {
            string text;
            lock (_held)
            {
                text = _held.ToString();
                _held.Clear();
            }

            if (text.Length > 0) frames.Write(json => json.WriteString(member, text));
        }
    }
}
