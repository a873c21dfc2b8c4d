using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>One agent's work on one task: asks the model, runs the tools it calls, stops at a limit. Used once. Never publishes anything.</summary>
public sealed class AgentRun(IChatClient model, TaskSession session, AgentLimits limits, Transcript transcript, TimeProvider time)
{
    private readonly IReadOnlyList<AgentTool> _tools = ToolCatalog.Create(session);
    private readonly List<ChatMessage> _messages = [.. AgentPrompt.Build(session.Task)];
    private readonly List<AgentStep> _steps = [];
    private int _iterations;
    private int _toolCalls;
    private long _inputTokens;
    private long _outputTokens;
    private string _lastError = "";
    private (AgentEnd End, string Reason)? _ended;

    /// <summary>Whether asking costs nothing: the model is in this process.</summary>
    private bool IsFree => model.GetService<ChatClientMetadata>()?.ProviderName == BuiltinChatClient.ModelName;

    private AgentUsage Usage => new(_iterations, _toolCalls, _inputTokens, _outputTokens);

    /// <summary>Works until the model finishes or a limit ends it. Throws only when the transcript cannot be written.</summary>
    public async Task<AgentOutcome> RunAsync(CancellationToken cancellation)
    {
        using var clock = new CancellationTokenSource(limits.WallTime, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, clock.Token);
        (session.MostValidations, session.MostRows) = (limits.FailedValidations, limits.Rows);
        transcript.WriteTask(session, limits, _tools.Select(t => t.Name));
        foreach (var message in _messages) transcript.WriteMessage(message);
        var options = new ChatOptions { Tools = [.. _tools.Select(t => t.Declaration)], ToolMode = ChatToolMode.Auto };
        var errorsInARow = 0;
        try
        {
            session.Branch.RequireUndisturbed();
            for (var iteration = 1; iteration <= limits.Iterations; iteration++)
            {
                stop.Token.ThrowIfCancellationRequested();
                if (Usage.Tokens >= limits.Tokens && !IsFree) return End(AgentEnd.Tokens, $"The limit of {limits.Tokens} tokens was met.");
                _iterations = iteration;
                var answer = await AskAsync(options, stop.Token);
                var failed = RunCalls(answer, stop.Token);
                if (session.Conclusion is not null) return Conclude(session.Conclusion);
                if (_ended is { } ended) return End(ended.End, ended.Reason);
                if (session.FailedValidations >= limits.FailedValidations) return End(AgentEnd.GatesRefused, _lastError);
                errorsInARow = failed ? errorsInARow + 1 : 0;
                if (errorsInARow >= limits.ConsecutiveErrors)
                    return End(AgentEnd.ConsecutiveErrors, $"{errorsInARow} answers in a row failed; the last: {_lastError}");
            }

            return End(AgentEnd.Iterations, $"The model was asked {limits.Iterations} times and did not finish.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return cancellation.IsCancellationRequested
                ? End(AgentEnd.Cancelled, "The task was cancelled.")
                : End(AgentEnd.WallTime, $"The limit of {limits.WallTime.TotalSeconds:0} seconds was met.");
        }
        catch (ModelException failure)
        {
            return End(EndingFailure.Find(failure.InnerException!) ?? AgentEnd.ModelFailed, failure.Message, failure.InnerException?.ToString());
        }
    }

    private async Task<ChatResponse> AskAsync(ChatOptions options, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        ChatResponse answer;
        try
        {
            // A model that does not listen to the token must not outlive the limit.
            answer = await model.GetResponseAsync(_messages, options, cancellation).WaitAsync(cancellation);
        }
        catch (Exception failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new ModelException(failure);
        }

        _inputTokens += Math.Max(0, answer.Usage?.InputTokenCount ?? 0);
        _outputTokens += Math.Max(0, answer.Usage?.OutputTokenCount ?? 0);
        _messages.AddRange(answer.Messages);
        transcript.WriteAnswer(answer, time.GetElapsedTime(started).TotalSeconds);
        return answer;
    }

    /// <summary>Answers every call of an answer; true if one of them could not be carried out, or there was none.</summary>
    private bool RunCalls(ChatResponse answer, CancellationToken cancellation)
    {
        var calls = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Where(c => !c.InformationalOnly).ToList();
        if (calls.Count == 0)
        {
            var reminder = new ChatMessage(ChatRole.User, AgentPrompt.Reminder);
            _messages.Add(reminder);
            transcript.WriteMessage(reminder);
            _lastError = "the model called no tool";
            return true;
        }

        // A result is given for every call, whether it was carried out or not: providers refuse a conversation with a call left open.
        var results = new List<AIContent>(calls.Count);
        var failed = false;
        for (var i = 0; i < calls.Count; i++)
        {
            var (result, step) = RunCall(calls[i], i, cancellation);
            transcript.WriteResult(calls[i], result, step, session.Clock.Now);
            results.Add(new FunctionResultContent(calls[i].CallId, result.Content.GetRawText()));
            failed |= result.State == StepState.Error;
        }

        _messages.Add(new ChatMessage(ChatRole.Tool, results));
        return failed;
    }

    private (ToolResult Result, AgentStep Step) RunCall(FunctionCallContent call, int position, CancellationToken cancellation)
    {
        _toolCalls++;
        var name = OneLine.Of(call.Name, 60);
        session.Clock.Advance();
        session.Observer.StepStarted(name);
        var started = time.GetTimestamp();
        var result = FindRefusal(position, cancellation) ?? Invoke(call, name, cancellation);
        var step = new AgentStep(name, result.State, time.GetElapsedTime(started).TotalSeconds, result.Summary);
        if (result.State != StepState.Passed) _lastError = $"{name}: {result.Summary}";
        _steps.Add(step);
        session.Observer.StepFinished(step);
        return (result, step);
    }

    private ToolResult? FindRefusal(int position, CancellationToken cancellation)
    {
        if (session.Conclusion is not null) return NotRun("The task is finished.");
        if (_ended is not null) return NotRun("The run is at its end.");
        if (cancellation.IsCancellationRequested) return NotRun("The run is being stopped.");
        return position >= limits.CallsPerAnswer ? NotRun($"One answer may hold {limits.CallsPerAnswer} calls.") : null;
    }

    private static ToolResult NotRun(string reason) => ToolResult.Error(new DbVcException(FailureKind.Refused, "agent.not-run", reason));

    private ToolResult Invoke(FunctionCallContent call, string name, CancellationToken cancellation)
    {
        var tool = _tools.FirstOrDefault(t => t.Name == call.Name);
        if (tool is null)
        {
            return ToolResult.Error(new DbVcException(FailureKind.Usage, "agent.unknown-tool", "There is no such tool.", name,
                "The tools are: " + string.Join(", ", _tools.Select(t => t.Name))));
        }

        try
        {
            session.Branch.RequireUndisturbed();
            return tool.Run(ToolArguments.Read(call, tool.Declaration), cancellation);
        }
        catch (LimitMetException limit)
        {
            _ended ??= (limit.End, limit.Message);
            return ToolResult.Error(new DbVcException(FailureKind.Refused, "agent.limit", limit.Message));
        }
        catch (DbVcException failure)
        {
            if (EndingFailure.Find(failure) is { } end) _ended ??= (end, EndingFailure.Describe(failure));
            return ToolResult.Error(failure);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return NotRun("The run is being stopped.");
        }
        catch (Exception failure)
        {
            return ToolResult.Broken(failure);
        }
    }

    private AgentOutcome Conclude(string conclusion) =>
        session.Succeeded ? End(AgentEnd.Finished, conclusion) : End(AgentEnd.GaveUp, conclusion);

    private AgentOutcome End(AgentEnd end, string reason, string? detail = null)
    {
        var state = end switch
        {
            AgentEnd.Finished => AgentState.Ready,
            AgentEnd.GaveUp or AgentEnd.GatesRefused or AgentEnd.ModelFailed => AgentState.Failed,
            _ => AgentState.Stopped,
        };
        var outcome = new AgentOutcome(state, end, reason, _steps, Usage);
        transcript.WriteEnd(outcome, detail);
        return outcome;
    }

    /// <summary>Sets a failure of the model apart from every other; only an expected failure's text is passed on.</summary>
    private sealed class ModelException(Exception cause) : Exception(
        cause is DbVcException known ? EndingFailure.Describe(known) : $"The model could not be asked ({cause.GetType().Name}).", cause);
}
