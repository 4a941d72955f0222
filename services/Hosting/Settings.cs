using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LeadSync.Hosting;

/// <summary>Settings are classes, bound once and checked when the service starts; consumers take the value itself.</summary>
public static class Settings
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a section and registers its value. A wrong setting stops the service at start, with
    /// the setting's key and what it may be.
    /// </summary>
    public static T AddSettings<T>(this IHostApplicationBuilder builder, string section)
        where T : class, new()
    {
        var value = new T();
        try
        {
            builder
                .Configuration.GetSection(section)
                .Bind(value, options => options.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException fault)
        {
            throw new OptionsValidationException(section, typeof(T), [$"Setting '{section}': {fault.Message}"]);
        }

        var faults = new List<ValidationResult>();
        if (!Validator.TryValidateObject(value, new ValidationContext(value), faults, validateAllProperties: true))
        {
            throw new OptionsValidationException(
                section,
                typeof(T),
                faults.Select(fault =>
                    $"Setting '{section}:{string.Join(", ", fault.MemberNames)}': {fault.ErrorMessage}"
                )
            );
        }

        builder.Services.AddSingleton(value);
        return value;
    }

    /// <summary>A setting given by environment under one fixed name; missing, the service does not start.</summary>
    public static string Required(this IConfiguration configuration, string key, string meaning) =>
        configuration[key] is { Length: > 0 } value
            ? value
            : throw new OptionsValidationException(key, typeof(string), [$"Setting '{key}' is missing: {meaning}"]);
}
