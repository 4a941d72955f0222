using System.ComponentModel.DataAnnotations;

namespace LeadSync.MinimalService;

/// <summary>Settings of every sort that services have.</summary>
public sealed class MinimalOptions
{
    [Range(1, 500)]
    public int Most { get; set; } = 100;

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    [Required]
    public string Greeting { get; set; } = "hello";
}
