using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DbVc.Commands;

/// <summary>Draws a step as one line: mark, name, a bar when its end is known, and what there is to say.</summary>
internal sealed class StepColumn : ProgressColumn
{
    private const int BarCells = 24;
    private const string Spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

    private readonly ConcurrentDictionary<int, Step> _steps = new();

    /// <summary>Ties a step to the task that Spectre draws it for.</summary>
    public ProgressTask Add(Step step, Func<ProgressTask> create)
    {
        var task = create();
        _steps[task.Id] = step;
        return task;
    }

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        // Spectre may draw a task in the moment between its creation and Add.
        if (!_steps.TryGetValue(task.Id, out var step)) return new Text(" ");
        var line = new Paragraph();
        var (mark, look) = step.Succeeded switch
        {
            true => ("✓", Look.Good),
            false => ("✗", Look.Bad),
            null => (Turn(step.Pace.Elapsed), Look.Name),
        };
        line.Append(mark + " ", SpectreLook.Style(look)).Append(step.Name + "  ");
        if (step.Succeeded is null && step.Pace.Total is > 0) AppendBar(line, (double)step.Pace.Done / step.Pace.Total.Value);
        return line.Append(step.Describe(), SpectreLook.Style(Look.Dim));
    }

    /// <summary>The mark of what has been running so long.</summary>
    public static string Turn(TimeSpan elapsed) => Spinner[(int)(elapsed.TotalMilliseconds / 100) % Spinner.Length].ToString();

    private static void AppendBar(Paragraph line, double part)
    {
        var full = (int)(Math.Clamp(part, 0, 1) * BarCells);
        line.Append(new string('━', full), SpectreLook.Style(Look.Good));
        line.Append(new string('━', BarCells - full) + "  ", SpectreLook.Style(Look.Dim));
    }
}
