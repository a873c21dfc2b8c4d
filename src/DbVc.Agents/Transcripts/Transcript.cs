using System.Text.Encodings.Web;
using System.Text.Json;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>
/// Every prompt, answer, tool call and result of one task as JSON lines, secrets masked. Each line is handed to the operating system
/// before the run goes on, so a killed run leaves all it did.
/// </summary>
public sealed class Transcript : IDisposable
{
    // What is written here is read by people as well: plain characters, but control characters always escaped.
    private static readonly JsonWriterOptions LineOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Stream _stream;
    private readonly SecretMask _mask;
    private readonly TimeProvider _time;

    /// <param name="stream">Where lines are appended; closed with the transcript.</param>
    /// <param name="mask">Applied to every text.</param>
    /// <param name="time">Stamps the lines.</param>
    public Transcript(Stream stream, SecretMask mask, TimeProvider time) => (_stream, _mask, _time) = (stream, mask, time);

    /// <summary>The file of a task's transcript below <paramref name="folder"/> (<c>agent-logs/</c>).</summary>
    public static string PathOf(string folder, TaskId task) => Path.Combine(folder, task.Text + ".jsonl");

    /// <summary>Opens a task's transcript for appending; only the user may read it.</summary>
    public static Transcript Open(string folder, TaskId task, SecretMask mask, TimeProvider time)
    {
        var path = PathOf(folder, task);
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            Directory.CreateDirectory(folder);
            return new Transcript(new FileStream(path, options), mask, time);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, failure);
        }
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>The first line: what was asked of which model within which limits.</summary>
    internal void WriteTask(TaskSession session, AgentLimits limits, IEnumerable<string> tools) => WriteLine("task", writer =>
    {
        var task = session.Task;
        writer.WriteString("task", task.Id.Text);
        writer.WriteString("branch", task.Branch.Text);
        writer.WriteString("model", task.Model);
        writer.WriteString("prompt", AgentPrompt.HashOf(task).ToString());
        if (task.Past.Length > 0) writer.WriteString("past", _mask.Mask(task.Past));
        writer.WriteNumber("iterations", limits.Iterations);
        writer.WriteNumber("tokens", limits.Tokens);
        writer.WriteNumber("seconds", limits.WallTime.TotalSeconds);
        writer.WriteStartArray("tools");
        foreach (var tool in tools) writer.WriteStringValue(tool);
        writer.WriteEndArray();
        if (session.Origin is not { } origin) return;
        writer.WriteString("start", origin.Start.ToString());
        writer.WriteString("base", origin.Base.ToString());
        writer.WriteString("main", origin.Main.ToString());
        writer.WriteString("baseline", origin.Baseline);
    });

    internal void WriteMessage(ChatMessage message) => WriteLine("message", writer =>
    {
        writer.WriteString("role", message.Role.Value);
        writer.WriteString("text", _mask.Mask(message.Text));
    });

    internal void WriteAnswer(ChatResponse answer, double seconds) => WriteLine("answer", writer =>
    {
        writer.WriteString("text", _mask.Mask(answer.Text));
        writer.WriteStartArray("calls");
        foreach (var call in answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>()) WriteCall(writer, call);
        writer.WriteEndArray();
        writer.WriteNumber("inputTokens", answer.Usage?.InputTokenCount ?? 0);
        writer.WriteNumber("outputTokens", answer.Usage?.OutputTokenCount ?? 0);
        writer.WriteNumber("seconds", Math.Round(seconds, 3));
    });

    internal void WriteResult(FunctionCallContent call, ToolResult result, AgentStep step, DateTimeOffset at) => WriteLine("result", writer =>
    {
        writer.WriteString("at", at.UtcDateTime);
        writer.WriteString("id", _mask.Mask(call.CallId ?? ""));
        writer.WriteString("tool", _mask.Mask(step.Name));
        writer.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(step.State.ToString()));
        writer.WriteNumber("seconds", Math.Round(step.Seconds, 3));
        writer.WriteString("summary", _mask.Mask(step.Summary));
        writer.WritePropertyName("content");
        _mask.Write(writer, result.Content);
        if (result.Detail is not null) writer.WriteString("detail", _mask.Mask(result.Detail));
    });

    internal void WriteEnd(AgentOutcome outcome, string? detail) => WriteLine("end", writer =>
    {
        writer.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(outcome.State.ToString()));
        writer.WriteString("end", JsonNamingPolicy.CamelCase.ConvertName(outcome.End.ToString()));
        writer.WriteString("reason", _mask.Mask(outcome.Reason));
        writer.WriteNumber("iterations", outcome.Usage.Iterations);
        writer.WriteNumber("toolCalls", outcome.Usage.ToolCalls);
        writer.WriteNumber("inputTokens", outcome.Usage.InputTokens);
        writer.WriteNumber("outputTokens", outcome.Usage.OutputTokens);
        if (detail is not null) writer.WriteString("detail", _mask.Mask(detail));
    });

    private void WriteCall(Utf8JsonWriter writer, FunctionCallContent call)
    {
        writer.WriteStartObject();
        writer.WriteString("id", _mask.Mask(call.CallId ?? ""));
        writer.WriteString("tool", _mask.Mask(call.Name ?? ""));
        writer.WritePropertyName("arguments");
        if (ToolArguments.TryToJson(call, out var arguments)) _mask.Write(writer, arguments);
        else writer.WriteNullValue();
        writer.WriteEndObject();
    }

    private void WriteLine(string kind, Action<Utf8JsonWriter> body)
    {
        var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, LineOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("time", _time.GetUtcNow().UtcDateTime);
            writer.WriteString("kind", kind);
            body(writer);
            writer.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        try
        {
            _stream.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
            _stream.Flush();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unwritable((_stream as FileStream)?.Name, failure);
        }
    }

    private static DbVcException Unwritable(string? path, Exception failure) => new(
        FailureKind.Failed, "agent.log-unwritable", "The agent's log cannot be written, so the agent does not go on.", path,
        "Check free space and permissions.", failure);
}
